import CZip
import Glibc
import Parsing

/// A CSV file in an archive, as the archive's directory tells of it.
struct ZipEntry: Sendable {
    /// As the archive spells it, folders included.
    let name: String
    let index: UInt64
    /// What the directory says it unpacks to, in bytes; not a byte more is taken.
    let size: Int64

    /// The name for messages: control characters of a stranger's archive do not reach a terminal.
    var shownName: String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}

/// A ZIP archive that is open for reading and closes exactly once.
final class ZipFile {
    private static let largestSize: UInt64 = 4 << 30
    private static let largestRatio: UInt64 = 200
    /// What may always be unpacked, however small the archive: short files of one letter shrink more than
    /// 200 times.
    private static let harmlessSize: UInt64 = 1 << 20

    private let archive: OpaquePointer
    private let path: String
    private let packedSize: UInt64

    /// Opens the archive.
    ///
    /// - Parameters:
    ///   - file: A regular file; it need not stay open.
    ///   - path: What messages call it.
    /// - Throws: `SourceProblem` when it is broken.
    init(_ file: OpenFile, path: String) throws {
        let descriptor = file.duplicate()
        guard descriptor >= 0, let stream = fdopen(descriptor, "rb") else {
            if descriptor >= 0 { close(descriptor) }
            throw SourceProblem("“\(path)” cannot be opened: \(String(cString: strerror(errno))).")
        }
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let source = zip_source_filep_create(stream, 0, -1, &error) else {
            fclose(stream)
            throw Self.broken(path, &error)
        }
        // From here on the archive owns the source, and the source the stream.
        guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
            zip_source_free(source)
            throw Self.broken(path, &error)
        }
        self.archive = archive
        self.path = path
        packedSize = UInt64(max(0, file.size))
    }

    deinit { zip_discard(archive) }

    private static func broken(_ path: String, _ error: inout zip_error_t) -> SourceProblem {
        let reason = zip_error_strerror(&error).map { String(cString: $0) } ?? "unknown"
        return SourceProblem(
            "“\(path)” is a broken ZIP (\(reason)). Download it again, or give the CSV files.")
    }

    /// The CSV files in it, sorted by name; those of macOS' own making are left out.
    ///
    /// - Throws: `SourceProblem` when the archive breaks a bound, names a place outside itself, or is
    ///   encrypted.
    func csvEntries() throws -> [ZipEntry] {
        let count = zip_get_num_entries(archive, 0)
        guard count <= largestFileCount else {
            throw SourceProblem("“\(path)” holds more than 1,000 files. Give only the platform's CSV files.")
        }
        let statuses = try (0..<UInt64(max(0, count))).map(status)
        try checkSizes(statuses)
        var entries: [ZipEntry] = []
        for (index, status) in statuses.enumerated() {
            let name = status.name.map { String(cString: $0) } ?? ""
            try checkPlace(name)
            let parts = name.split { $0 == "/" || $0 == "\\" }
            guard let last = parts.last, !name.hasSuffix("/"), parts.first != "__MACOSX" else { continue }
            guard isCSVName(String(last)) else {
                guard !last.lowercased().hasSuffix(".zip") else { throw holdsArchive(named: name) }
                continue
            }
            try checkReadable(status, name)
            entries.append(ZipEntry(name: name, index: UInt64(index), size: Int64(status.size)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// A source that unpacks the entry; it throws when more comes out than the directory said, or a
    /// checksum is wrong.
    func source(of entry: ZipEntry, name: String) throws -> CSVScanner.Source {
        let status = try self.status(entry.index)
        guard status.name.map({ String(cString: $0) }) == entry.name, status.size == UInt64(entry.size) else {
            throw SourceProblem("“\(path)” has changed while it was read. Run the command again.")
        }
        guard let file = zip_fopen_index(archive, entry.index, 0) else {
            let reason = String(cString: zip_strerror(archive))
            throw SourceProblem("“\(name)” cannot be unpacked (\(reason)). Download the archive again.")
        }
        let reader = ZipEntryReader(file, of: self, size: entry.size, name: name)
        return { buffer in try reader.read(into: buffer) }
    }

    private func status(_ index: UInt64) throws -> zip_stat_t {
        var status = zip_stat_t()
        zip_stat_init(&status)
        let known = UInt64(ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD)
        guard zip_stat_index(archive, index, 0, &status) == 0, status.valid & known == known else {
            throw SourceProblem("“\(path)” is a broken ZIP. Download it again, or give the CSV files.")
        }
        return status
    }

    private func checkPlace(_ name: String) throws {
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        // An empty first part is the root, and a colon at the second place a drive.
        let isOutside =
            parts.contains("..") || (parts.count > 1 && parts[0].isEmpty)
            || name.utf8.dropFirst().first == 0x3A
        guard !isOutside else {
            throw SourceProblem(
                "“\(path)” names a file outside of itself. It is not from a platform: do not use it.")
        }
    }

    /// What lies in an archive within the archive would otherwise be left out without a word.
    private func holdsArchive(named name: String) -> SourceProblem {
        let entry = ZipEntry(name: name, index: 0, size: 0)
        return SourceProblem(
            "“\(path)” holds another archive, “\(entry.shownName)”, which is not opened. Unpack both, "
                + "and give the folder.")
    }

    private func checkSizes(_ statuses: [zip_stat_t]) throws {
        var unpacked: UInt64 = 0
        for status in statuses {
            let (sum, overflow) = unpacked.addingReportingOverflow(status.size)
            guard !overflow, sum <= Self.largestSize else {
                throw SourceProblem(
                    "“\(path)” unpacks to more than 4 GiB. Give the CSV files in several imports.")
            }
            unpacked = sum
        }
        // Entries that share their bytes are caught by the size of the archive, single ones by their own.
        let parts = statuses.map { (unpacked: $0.size, packed: min($0.comp_size, packedSize)) }
        for part in parts + [(unpacked, packedSize)] {
            let (bound, overflow) = part.packed.multipliedReportingOverflow(by: Self.largestRatio)
            guard overflow || part.unpacked <= max(Self.harmlessSize, bound) else {
                throw SourceProblem(
                    "“\(path)” unpacks to more than 200 times its size. Unpack it, and give the folder.")
            }
        }
    }

    private func checkReadable(_ status: zip_stat_t, _ name: String) throws {
        let isEncrypted =
            status.valid & UInt64(ZIP_STAT_ENCRYPTION_METHOD) != 0
            && status.encryption_method != UInt16(ZIP_EM_NONE)
        guard !isEncrypted else {
            throw SourceProblem("“\(path)” is encrypted. Unpack it with its password, and give the folder.")
        }
        guard zip_compression_method_supported(Int32(status.comp_method), 0) == 1 else {
            throw SourceProblem(
                "“\(path)” is packed in a way that is not known here. Unpack it, and give the folder.")
        }
    }
}

/// An entry that is being unpacked; closes before its archive does.
private final class ZipEntryReader {
    private let file: OpaquePointer
    private let archive: ZipFile
    private let name: String
    private var rest: Int64

    init(_ file: OpaquePointer, of archive: ZipFile, size: Int64, name: String) {
        self.file = file
        self.archive = archive
        self.name = name
        rest = size
    }

    deinit { zip_fclose(file) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        let count = zip_fread(file, start, UInt64(buffer.count))
        guard count >= 0 else {
            let reason = zip_error_strerror(zip_file_get_error(file)).map { String(cString: $0) } ?? "unknown"
            throw SourceProblem("“\(name)” cannot be unpacked (\(reason)). Download the archive again.")
        }
        rest -= count
        // An archive that says less than it holds is made to fill memory or a disk.
        guard rest >= 0, count > 0 || rest == 0 else {
            throw SourceProblem("“\(name)” is not as long as its archive says. Download the archive again.")
        }
        return Int(count)
    }
}
