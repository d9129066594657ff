import Crowdfunding

/// Countries by their English names, as platforms write them where they have no codes.
enum CountryNames {
    /// The code of a name in any case; 0 where there is none.
    static func code(_ name: Span<UInt8>) -> UInt16 {
        guard name.count >= 2, name.count <= 60 else { return 0 }
        return codes[folded(name)] ?? 0
    }

    private static let codes: [[UInt8]: UInt16] = {
        var codes: [[UInt8]: UInt16] = [:]
        for line in table.split(separator: "\n") {
            guard let code = countryCode(String(line.prefix(2))) else { continue }
            for name in line.dropFirst(3).split(separator: "|") { codes[folded(String(name))] = code }
        }
        return codes
    }()

    /// Two letters, then the names, after ISO 3166 and the time zone database's list of countries.
    private static let table = """
        AD Andorra
        AE United Arab Emirates
        AF Afghanistan
        AG Antigua & Barbuda
        AI Anguilla
        AL Albania
        AM Armenia
        AO Angola
        AQ Antarctica
        AR Argentina
        AS Samoa (American)
        AT Austria
        AU Australia
        AW Aruba
        AX Åland Islands
        AZ Azerbaijan
        BA Bosnia & Herzegovina
        BB Barbados
        BD Bangladesh
        BE Belgium
        BF Burkina Faso
        BG Bulgaria
        BH Bahrain
        BI Burundi
        BJ Benin
        BL St Barthelemy
        BM Bermuda
        BN Brunei|Brunei Darussalam
        BO Bolivia
        BQ Caribbean NL
        BR Brasil|Brazil
        BS Bahamas
        BT Bhutan
        BV Bouvet Island
        BW Botswana
        BY Belarus
        BZ Belize
        CA Canada
        CC Cocos (Keeling) Islands
        CD Congo (Dem. Rep.)
        CF Central African Rep.
        CG Congo (Rep.)
        CH Switzerland
        CI Côte d'Ivoire|Côte d’Ivoire
        CK Cook Islands
        CL Chile
        CM Cameroon
        CN China
        CO Colombia
        CR Costa Rica
        CU Cuba
        CV Cape Verde
        CW Curaçao
        CX Christmas Island
        CY Cyprus
        CZ Czech Republic|Czechia
        DE Deutschland|Germany
        DJ Djibouti
        DK Denmark
        DM Dominica
        DO Dominican Republic
        DZ Algeria
        EC Ecuador
        EE Estonia
        EG Egypt
        EH Western Sahara
        ER Eritrea
        ES Spain
        ET Ethiopia
        FI Finland
        FJ Fiji
        FK Falkland Islands
        FM Micronesia
        FO Faroe Islands
        FR France
        GA Gabon
        GB Britain (UK)|Great Britain|UK|United Kingdom
        GD Grenada
        GE Georgia
        GF French Guiana
        GG Guernsey
        GH Ghana
        GI Gibraltar
        GL Greenland
        GM Gambia
        GN Guinea
        GP Guadeloupe
        GQ Equatorial Guinea
        GR Greece
        GS South Georgia & the South Sandwich Islands
        GT Guatemala
        GU Guam
        GW Guinea-Bissau
        GY Guyana
        HK Hong Kong|Hong Kong SAR
        HM Heard Island & McDonald Islands
        HN Honduras
        HR Croatia
        HT Haiti
        HU Hungary
        ID Indonesia
        IE Ireland
        IL Israel
        IM Isle of Man
        IN India
        IO British Indian Ocean Territory
        IQ Iraq
        IR Iran
        IS Iceland
        IT Italy
        JE Jersey
        JM Jamaica
        JO Jordan
        JP Japan
        KE Kenya
        KG Kyrgyzstan
        KH Cambodia
        KI Kiribati
        KM Comoros
        KN St Kitts & Nevis
        KP Korea (North)
        KR Korea (South)|Korea, Republic of|South Korea
        KW Kuwait
        KY Cayman Islands
        KZ Kazakhstan
        LA Lao People's Democratic Republic|Laos
        LB Lebanon
        LC St Lucia
        LI Liechtenstein
        LK Sri Lanka
        LR Liberia
        LS Lesotho
        LT Lithuania
        LU Luxembourg
        LV Latvia
        LY Libya
        MA Morocco
        MC Monaco
        MD Moldova|Moldova, Republic of
        ME Montenegro
        MF St Martin (French)
        MG Madagascar
        MH Marshall Islands
        MK North Macedonia
        ML Mali
        MM Myanmar (Burma)
        MN Mongolia
        MO Macao|Macau
        MP Northern Mariana Islands
        MQ Martinique
        MR Mauritania
        MS Montserrat
        MT Malta
        MU Mauritius
        MV Maldives
        MW Malawi
        MX Mexico
        MY Malaysia
        MZ Mozambique
        NA Namibia
        NC New Caledonia
        NE Niger
        NF Norfolk Island
        NG Nigeria
        NI Nicaragua
        NL Netherlands|The Netherlands
        NO Norway
        NP Nepal
        NR Nauru
        NU Niue
        NZ New Zealand
        OM Oman
        PA Panama
        PE Peru
        PF French Polynesia
        PG Papua New Guinea
        PH Philippines
        PK Pakistan
        PL Poland
        PM St Pierre & Miquelon
        PN Pitcairn
        PR Puerto Rico
        PS Palestine
        PT Portugal
        PW Palau
        PY Paraguay
        QA Qatar
        RE Réunion
        RO Romania
        RS Serbia
        RU Russia|Russian Federation
        RW Rwanda
        SA Saudi Arabia
        SB Solomon Islands
        SC Seychelles
        SD Sudan
        SE Sweden
        SG Singapore
        SH St Helena
        SI Slovenia
        SJ Svalbard & Jan Mayen
        SK Slovakia
        SL Sierra Leone
        SM San Marino
        SN Senegal
        SO Somalia
        SR Suriname
        SS South Sudan
        ST Sao Tome & Principe
        SV El Salvador
        SX St Maarten (Dutch)
        SY Syria
        SZ Eswatini (Swaziland)|Swaziland
        TC Turks & Caicos Is
        TD Chad
        TF French S. Terr.
        TG Togo
        TH Thailand
        TJ Tajikistan
        TK Tokelau
        TL East Timor
        TM Turkmenistan
        TN Tunisia
        TO Tonga
        TR Turkey|Türkiye
        TT Trinidad & Tobago
        TV Tuvalu
        TW Taiwan|Taiwan, Province of China
        TZ Tanzania|Tanzania, United Republic of
        UA Ukraine
        UG Uganda
        UM US minor outlying islands
        US USA|United States|United States of America
        UY Uruguay
        UZ Uzbekistan
        VA Vatican City
        VC St Vincent
        VE Venezuela|Venezuela, Bolivarian Republic of
        VG Virgin Islands (UK)
        VI Virgin Islands (US)
        VN Viet Nam|Vietnam
        VU Vanuatu
        WF Wallis & Futuna
        WS Samoa (western)
        XK Kosovo
        YE Yemen
        YT Mayotte
        ZA South Africa
        ZM Zambia
        ZW Zimbabwe
        """
}
