import Glibc
import Imports

// libFuzzer calls this with bytes of its own: see scripts/fuzz.

/// Opens the bytes as an archive and reads what is in it: never more than was allowed, and nothing is left.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzZip(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let path = "/dev/shm/pledgebook-fuzz-\(getpid()).zip"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return 0 }
    write(descriptor, start, count)
    close(descriptor)
    defer { unlink(path) }
    guard let files = try? sourceFiles(at: path) else { return 0 }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for file in files {
        guard let source = try? file.read() else { continue }
        var total = 0
        while let read = try? buffer.withUnsafeMutableBytes({ try source($0) }), read > 0 { total += read }
        precondition(total <= 1 << 30, "\(file.name) unpacks to \(total) bytes")
    }
    return 0
}
