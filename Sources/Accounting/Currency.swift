/// A currency of the ISO 4217 list of active codes, for example `EUR`.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three capital letters.
    public let code: String
    /// How many decimals its amounts have: 0, 2, 3 or 4.
    public let exponent: Int

    private init(listed code: String, exponent: Int) {
        self.code = code
        self.exponent = exponent
    }

    /// Looks up a code; only upper case, only active currencies that have minor units.
    public init?(_ code: String) {
        guard code.utf8.count == 3 else { return nil }
        var low = 0
        var high = Currency.all.count
        while low < high {
            let middle = (low + high) / 2
            if Currency.all[middle].code < code { low = middle + 1 } else { high = middle }
        }
        guard low < Currency.all.count, Currency.all[low].code == code else { return nil }
        self = Currency.all[low]
    }

    /// The code.
    public var description: String { code }

    /// 1, 100, 1,000 or 10,000.
    public var minorUnitsPerMajor: Int64 { powerOfTen(exponent) }

    /// Every active currency, by code.
    ///
    /// Metals, funds without minor units and test codes are not among them.
    public static let all: [Currency] = activeCodes.split(whereSeparator: { $0 == " " || $0 == "\n" }).map {
        Currency(listed: String($0), exponent: exponents[String($0)] ?? 2)
    }
}

/// 10 to the power of 0…18; anything beyond counts as the nearest of these.
func powerOfTen(_ exponent: Int) -> Int64 {
    var power: Int64 = 1
    for _ in 0..<max(0, min(18, exponent)) { power *= 10 }
    return power
}

/// In order, because `Currency.init` searches by halves.
private let activeCodes = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
    LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
    SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD
    XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """

/// Where it is not 2.
private let exponents: [String: Int] = [
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
]
