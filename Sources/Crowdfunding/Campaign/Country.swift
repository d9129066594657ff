/// The codes that countries are written with in campaign files: ISO 3166-1 alpha-2.
public enum Country {
    /// Stands for every member state of the European Union in shipping and in tax rates.
    public static let europeanUnion = "EU"

    /// Stands for everywhere that no other destination names.
    public static let everywhere = "*"

    /// The member states of the European Union.
    public static let memberStates: Set<String> = Set(
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
            .split(separator: " ").map(String.init))

    /// Every officially assigned code, and `XK`, which platforms use for Kosovo.
    public static let all: Set<String> = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
        CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
        FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
        JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
        MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
        PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
        TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """
        .split { $0 == " " || $0 == "\n" }.map(String.init))

    /// Whether the code is assigned; capital letters only.
    public static func isKnown(_ code: String) -> Bool { all.contains(code) }

    /// The code that somebody meant who wrote `text`, where that is plain: `uk` is `GB`, `EL` is `GR`.
    static func correction(of text: String) -> String? {
        let upper = text.uppercased()
        let mistaken = ["UK": "GB", "EL": "GR", "USA": "US", "GER": "DE", "WORLD": everywhere, "ROW": everywhere]
        if let code = mistaken[upper] { return code }
        return upper != text && (isKnown(upper) || upper == europeanUnion) ? upper : nil
    }
}
