/// Base64 in the alphabet of RFC 4648 section 4, with padding, as signed notes write it.
public enum Base64 {
    /// The text for the bytes.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text = Base64URL.encodedBytes(bytes).map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that the text stands for, or nil where it is not exactly what `encode` would write.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 4 == 0, !characters.contains(where: { [45, 95].contains($0) }) else {
            return nil
        }
        let padding = characters.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
        let plain = characters.dropLast(padding).map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return Base64URL.decode(plain.span)
    }
}
