/// The kinds of names that samples use; each has its own script and its own order of given and family name.
enum NameCulture: Int, CaseIterable {
    case english, german, french, spanish, portuguese, italian, dutch, nordic, polish, czech, hungarian,
        romanian
    case turkish, vietnamese, greek, russian, ukrainian, arabic, hebrew, hindi, thai, japanese, chinese,
        korean
}

/// Given and family names by culture.
///
/// The family names are made up, so that no combination names a real person.
struct InventedNames: Sendable {
    /// A name as its people write it, and in the ASCII letters of an e-mail address.
    struct Name: Sendable {
        let written: [UInt8]
        let ascii: [UInt8]
    }

    struct Culture: Sendable {
        let given: [Name]
        let family: [Name]
        let separator: [UInt8]
        let familyFirst: Bool
    }

    static let shared = InventedNames()

    let cultures: [Culture]

    private init() {
        cultures = NameCulture.allCases.map { culture in
            let text = InventedNames.text(of: culture)
            return Culture(
                given: InventedNames.names(text.given),
                family: InventedNames.names(text.family),
                separator: Array(
                    (culture == .japanese || culture == .chinese || culture == .korean ? "" : " ").utf8),
                familyFirst: [.japanese, .chinese, .korean, .hungarian, .vietnamese].contains(culture),
            )
        }
    }

    /// `Ada Zoé=zoe`: names apart by blanks; what follows `=` is the ASCII form where it is not the lower
    /// case.
    private static func names(_ text: String) -> [Name] {
        text.split(separator: " ").map { word in
            let halves = word.split(separator: "=")
            let ascii = halves[halves.count - 1].lowercased().utf8.filter { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            }
            return Name(written: Array(halves[0].utf8), ascii: ascii)
        }
    }

    private static func text(of culture: NameCulture) -> (given: String, family: String) {
        switch culture {
        case .english, .german, .french, .spanish, .portuguese, .italian: westernText(of: culture)
        case .dutch, .nordic, .polish, .czech, .hungarian, .romanian: northernText(of: culture)
        case .turkish, .vietnamese, .greek, .russian, .ukrainian, .arabic: easternText(of: culture)
        case .hebrew, .hindi, .thai, .japanese, .chinese, .korean: farText(of: culture)
        }
    }
}

extension InventedNames {
    private static func westernText(of culture: NameCulture) -> (given: String, family: String) {
        switch culture {
        case .german:
            (
                "Jörg=joerg Käthe=kaethe Sönke=soenke Bärbel=baerbel Lena Till Götz=goetz Heike Uwe "
                    + "Anneliese Jonas Ruth",
                "Nebelkräher=nebelkraeher Süßholzer=suessholzer Mondgräber=mondgraeber "
                    + "Wolkenfänger=wolkenfaenger Quittenbaumer Lichtschöpf=lichtschoepf "
                    + "Ährenfeldt=aehrenfeldt Kieselwäscher=kieselwaescher Sturmglöckner=sturmgloeckner "
                    + "Überlinde=ueberlinde"
            )
        case .french:
            (
                "Zoé=zoe Benoît=benoit Chloë=chloe Anaïs=anais Gaël=gael Hélène=helene Loïc=loic "
                    + "Noémie=noemie Rémi=remi Océane=oceane Luc Maud",
                "Boisdormant d’Étoileneige=detoileneige Lunémer=lunemer Grandécume=grandecume "
                    + "Chantebrûme=chantebrume L’Hivernelle=lhivernelle Sœurcloche=soeurcloche "
                    + "Prévermeil=prevermeil Ruisselâtre=ruisselatre"
            )
        case .spanish:
            (
                "Íñigo=inigo Begoña=begona Ana Martín=martin Lucía=lucia Andrés=andres Noemí=noemi "
                    + "Joaquín=joaquin Iria Núria=nuria Xoán=xoan Sofía=sofia",
                "Nubeclara Castañuelo=castanuelo Ribaluz Peñasombra=penasombra Vientoqueda Cigüeñal=ciguenal "
                    + "Lumbrarén=lumbraren Olivétar=olivetar Marescarcha Sueñarroyo=suenarroyo"
            )
        case .portuguese:
            (
                "João=joao Conceição=conceicao Inês=ines Luís=luis Márcia=marcia Tomás=tomas Beatriz "
                    + "Estêvão=estevao Rui",
                "Sãovento=saovento Lumepraia Brisalém=brisalem Coraçãozinho=coracaozinho "
                    + "Ventamarães=ventamaraes Maréfunda=marefunda Açucenal=acucenal Torrãozal=torraozal"
            )
        case .italian:
            (
                "Niccolò=niccolo Giulia Matteo Chiara Noè=noe Bettina Ilario Fiammetta Tosca Zaccaria Donata",
                "Lunabruna Ventolièri=ventolieri Pietrachiara Stellamàr=stellamar Boscoquieto "
                    + "D’Albalieve=dalbalieve Fiumalto Nevicàti=nevicati"
            )
        default:
            (
                "Ada Bram Celia Dorian Elowen Finn Greta Hugo Isla Jude Keira Linus Maeve Nell Orla Piers "
                    + "Quinn Rhys Tess Una",
                "Harrowgale Pennywhisk Thistlemoor O’Larkspur=olarkspur Quillfeather Marlowhithe "
                    + "Brambleforth Oddysack Winterquay Fennimarsh Tallowmere McGlimmer Saltersby Copperwick "
                    + "Dunmoth"
            )
        }
    }

    private static func northernText(of culture: NameCulture) -> (given: String, family: String) {
        switch culture {
        case .dutch:
            (
                "Joost Femke Daniël=daniel Sjoerd Zoë=zoe Maartje Thijs Liselot Anouk Bram",
                "Wolkendijkstra Zeeglansveld Nachtegaalpolder Stormvloedma Vuurtorenaar Ruisrietsma "
                    + "Maanschijnder"
            )
        case .nordic:
            (
                "Åse=aase Bjørn=bjorn Þóra=thora Søren=soren Göran=goran Päivi=paivi Sigrún=sigrun "
                    + "Øyvind=oyvind Ylva Aino",
                "Nordlysdalen Sølvbekkmo=solvbekkmo Åkerblomström=akerblomstrom Tähtimetsä=tahtimetsa "
                    + "Frostvingård=frostvingard Havørnsund=havornsund Jökulsblær=jokulsblaer Lumikorpinen"
            )
        case .polish:
            (
                "Łucja=lucja Zdzisław=zdzislaw Małgorzata=malgorzata Paweł=pawel Róża=roza "
                    + "Święcisław=swieclaw Ewa Jacek Bożena=bozena",
                "Żółtochmurski=zoltochmurski Gwiździsłoń=gwizdzislon Mgłowiejska=mglowiejska Srebrnolistek "
                    + "Księżycowska=ksiezycowska Źródlarz=zrodlarz"
            )
        case .czech:
            (
                "Jiří=jiri Šárka=sarka Žofie=zofie Ondřej=ondrej Ľubica=lubica Vojtěch=vojtech Hana "
                    + "Matěj=matej",
                "Větrníčkův=vetrnickuv Hvězdáček=hvezdacek Mlžňák=mlznak Křišťáloun=kristaloun "
                    + "Sněhožrout=snehozrout"
            )
        case .hungarian:
            (
                "Győző=gyozo Ágnes=agnes Ödön=odon Zsófia=zsofia Bálint=balint Tünde=tunde Réka=reka Csongor",
                "Holdfényi=holdfenyi Felhőhegyi=felhohegyi Csillagtűző=csillagtuzo Ködösvári=kodosvari "
                    + "Szélűző=szeluzo"
            )
        default:
            (
                "Ioana Ștefan=stefan Mădălina=madalina Răzvan=razvan Ilinca Țeluța=teluta Mircea",
                "Lunărescu=lunarescu Vântoiu=vantoiu Steluțanu=stelutanu Brumărița=brumarita "
                    + "Câmpureanu=campureanu"
            )
        }
    }

    private static func easternText(of culture: NameCulture) -> (given: String, family: String) {
        switch culture {
        case .turkish:
            (
                "Çağla=cagla Işıl=isil Gökhan=gokhan Ömer=omer Şule=sule Ufuk Yağmur=yagmur",
                "Yıldızsöken=yildizsoken Bulutçeken=bulutceken Ayışığıer=ayisigier Rüzgârören=ruzgaroren "
                    + "Denizküsü=denizkusu"
            )
        case .vietnamese:
            (
                "Ánh=anh Đức=duc Hằng=hang Quỳnh=quynh Tuấn=tuan",
                "Trăngvàng=trangvang Mâybiển=maybien Giótrời=giotroi"
            )
        case .greek:
            (
                "Ελένη=eleni Νίκος=nikos Χρύσα=chrysa Ορέστης=orestis Θάλεια=thalia Άγγελος=angelos "
                    + "Ίριδα=irida",
                "Φεγγαρίδας=fengaridas Ανεμοπέτρης=anemopetris Θαλασσογιώργος=thalassogiorgos "
                    + "Συννεφάκος=synnefakos Αστροφώτης=astrofotis"
            )
        case .russian:
            (
                "Мария=maria Фёдор=fyodor Ксения=ksenia Глеб=gleb Юлия=yulia Тимофей=timofei",
                "Звездопадов=zvezdopadov Лунотравин=lunotravin Ветрогонцев=vetrogontsev Тихоснег=tikhosneg"
            )
        case .ukrainian:
            (
                "Олексій=oleksii Ївга=yivha Соломія=solomiia Ґражина=hrazhyna Єва=yeva Тарас=taras",
                "Зореград=zorehrad Вітроспів=vitrospiv Місячник=misiachnyk Хмаролюб=khmaroliub"
            )
        default:
            (
                "ليلى=layla عمر=omar نور=nour سلمى=salma زياد=ziad هالة=hala كريم=karim",
                "نجمالبحر=najmalbahr ريحالصباح=rihalsabah قمرالوادي=qamaralwadi غيمالربيع=ghaymalrabi"
            )
        }
    }

    private static func farText(of culture: NameCulture) -> (given: String, family: String) {
        switch culture {
        case .hebrew:
            (
                "נועה=noa איתן=eitan תמר=tamar יואב=yoav שירה=shira אורי=uri",
                "כוכבים=kochavim רוחים=ruchim ירחון=yarchon ענניאל=ananiel"
            )
        case .hindi:
            (
                "आशा=asha रवि=ravi मीरा=meera अर्जुन=arjun नीला=neela",
                "चाँदनीवन=chandnivan मेघपुष्प=meghpushp तारापथ=tarapath"
            )
        case .thai:
            (
                "สุดา=suda นภา=napa ธาร=tharn มะลิ=mali",
                "แสงดาวฟ้า=saengdaofa ลมทะเลใส=lomthalesai จันทร์หวาน=chanwan"
            )
        case .japanese:
            (
                "さくら=sakura 蓮=ren 陽菜=hina 大和=yamato ひかり=hikari ユウキ=yuki 美月=mitsuki 楓=kaede",
                "星波=hoshinami 月霞=tsukigasumi 虹森=nijimori 雲雀野=hibarino 風鈴堂=furindo 雪灯=yukihi"
            )
        case .chinese:
            (
                "思远=siyuan 雨桐=yutong 明轩=mingxuan 静怡=jingyi 子墨=zimo 若曦=ruoxi",
                "星河=xinghe 雲海=yunhai 月溪=yuexi 风铃=fengling 霜叶=shuangye"
            )
        default:
            ("하늘=haneul 서연=seoyeon 민준=minjun 지우=jiwoo 다온=daon", "별빛=byeolbit 구름=gureum 달솔=dalsol 바람=baram")
        }
    }
}
