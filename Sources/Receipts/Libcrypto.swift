import COpenSSL

/// Ends the program where a call of libcrypto fails that has no reason to.
///
/// Digests, HMAC and random bytes fail only when memory is out or the installed library is broken; no input and no
/// key can bring that about, nothing sensible can be signed afterwards, and a half-made tag must never be stored.
@inline(__always)
func expectSuccess(_ status: Int32, _ call: StaticString) {
    if status != 1 { stopWithoutLibcrypto(call) }
}

/// Says which call failed and ends the program.
@inline(never)
func stopWithoutLibcrypto(_ call: StaticString) -> Never {
    // Not reachable from input: see `expectSuccess`.
    fatalError(
        "libcrypto cannot carry out \(call) (error \(ERR_peek_last_error())): memory or the library is broken"
    )
}
