/// A value of a JSON text together with the place where it begins.
public struct JSONNode: Sendable {
    /// The value itself.
    public let value: JSONValue
    /// The byte at which the value begins in the text, counted from 0.
    public let start: Int

    /// Places a value at a byte of the text.
    public init(value: JSONValue, start: Int) {
        self.value = value
        self.start = start
    }

    /// The member of that name, or nil if there is none or this is no object.
    public subscript(_ key: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.key == key }?.value
    }
}

/// What a JSON value can be; numbers keep their digits, members keep their order.
public indirect enum JSONValue: Sendable {
    /// The word `null`.
    case null
    /// One of the words `true` and `false`.
    case bool(Bool)
    /// A number as it is written, never rounded.
    case number(String)
    /// A string with its escapes undone.
    case string(String)
    /// A list, in order.
    case array([JSONNode])
    /// An object's members in the order of the text, each key once.
    case object([JSONMember])

    /// The kind in words for a message: “a string”, “an object” and so on.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// One `"key": value` of an object.
public struct JSONMember: Sendable {
    /// The key with its escapes undone.
    public let key: String
    /// The byte of the key's opening quote, counted from 0.
    public let keyStart: Int
    /// The value.
    public let value: JSONNode

    /// Joins a key, its place and its value.
    public init(key: String, keyStart: Int, value: JSONNode) {
        self.key = key
        self.keyStart = keyStart
        self.value = value
    }
}
