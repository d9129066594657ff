import COpenSSL
public import Crowdfunding

/// Bytes from the system's generator, fit for keys.
///
/// - Parameter count: How many; 0 or less gives none.
/// - Returns: As many bytes.
public func randomBytes(_ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        expectSuccess(RAND_bytes_ex(nil, buffer.baseAddress, count, 0), "RAND_bytes_ex")
        filled = count
    }
}

/// Whether both hold the same bytes, found out in a time that depends on their length alone.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return CRYPTO_memcmp(left, right, left.count) == 0
}

/// Whether the tags are the same, found out in a time that does not depend on where they differ.
public func constantTimeEquals(_ left: Tag, _ right: Tag) -> Bool {
    left.withUnsafeBytes { leftBytes in
        right.withUnsafeBytes { CRYPTO_memcmp(leftBytes.baseAddress, $0.baseAddress, Tag.byteCount) == 0 }
    }
}
