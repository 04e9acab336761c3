/**
 * Names of time zones and what their offsets are called, from the time zone
 * database 2025 (public domain), since 1970; Intl knows offsets but not names.
 *
 * A line is `NAMES | ZONES`. A name is `CET=60`: an offset in minutes, and after
 * `/SECONDS/` what the same offset is called from that moment on. An offset that
 * is not listed is called by its digits. Zones are `AREA/A,B` for AREA/A and
 * AREA/B.
 */
export const ZONE_TABLE = `
GMT=0 | Africa/Abidjan,Accra,Bamako,Banjul,Bissau,Conakry,Dakar,Freetown,Lome,Nouakchott,Ouagadougou,Timbuktu America/Danmarkshavn Atlantic/Reykjavik,St_Helena Etc/GMT,GMT+0,GMT-0,GMT0,Greenwich GMT,GMT+0,GMT-0,GMT0,Greenwich,Iceland
EAT=180 | Africa/Addis_Ababa,Asmara,Asmera,Dar_es_Salaam,Djibouti,Kampala,Mogadishu,Nairobi Indian/Comoro,Mayotte
WET=0 WEST=60/246236400/CET/325468800/WEST/357523200/CET CEST=120 | Africa/Algiers
WAT=60 | Africa/Bangui,Brazzaville,Douala,Kinshasa,Libreville,Luanda
CAT=120 | Africa/Blantyre,Bujumbura,Harare,Kigali,Lusaka,Maputo
EET=120 EEST=180 | Africa/Cairo Asia/Beirut,Nicosia Egypt Europe/Bucharest,Helsinki,Mariehamn,Nicosia
| Africa/Casablanca,El_Aaiun America/Araguaina,Argentina/Buenos_Aires,Argentina/Catamarca,Argentina/ComodRivadavia,Argentina/Cordoba,Argentina/Jujuy,Argentina/La_Rioja,Argentina/Mendoza,Argentina/Rio_Gallegos,Argentina/Salta,Argentina/San_Juan,Argentina/San_Luis,Argentina/Tucuman,Argentina/Ushuaia,Asuncion,Bahia,Belem,Boa_Vista,Bogota,Buenos_Aires,Campo_Grande,Caracas,Catamarca,Cayenne,Cordoba,Coyhaique,Cuiaba,Eirunepe,Fortaleza,Godthab,Guayaquil,Guyana,Jujuy,La_Paz,Lima,Maceio,Manaus,Mendoza,Montevideo,Noronha,Nuuk,Paramaribo,Porto_Acre,Porto_Velho,Punta_Arenas,Recife,Rio_Branco,Rosario,Santarem,Santiago,Sao_Paulo,Scoresbysund Asia/Aden,Almaty,Anadyr,Aqtau,Aqtobe,Ashgabat,Ashkhabad,Atyrau,Baghdad,Bahrain,Baku,Bangkok,Barnaul,Bishkek,Brunei,Chita,Choibalsan,Colombo,Dacca,Dhaka,Dili,Dubai,Dushanbe,Ho_Chi_Minh,Hovd,Irkutsk,Kabul,Kamchatka,Kashgar,Kathmandu,Katmandu,Khandyga,Krasnoyarsk,Kuala_Lumpur,Kuching,Kuwait,Magadan,Muscat,Novokuznetsk,Novosibirsk,Omsk,Oral,Phnom_Penh,Qatar,Qostanay,Qyzylorda,Rangoon,Riyadh,Saigon,Sakhalin,Samarkand,Singapore,Srednekolymsk,Tashkent,Tbilisi,Tehran,Thimbu,Thimphu,Tomsk,Ulaanbaatar,Ulan_Bator,Urumqi,Ust-Nera,Vientiane,Vladivostok,Yakutsk,Yangon,Yekaterinburg,Yerevan Atlantic/Cape_Verde,South_Georgia,Stanley Australia/Eucla Brazil/Acre,DeNoronha,East,West Chile/Continental,EasterIsland Etc/GMT+1,GMT+10,GMT+11,GMT+12,GMT+2,GMT+3,GMT+4,GMT+5,GMT+6,GMT+7,GMT+8,GMT+9,GMT-1,GMT-10,GMT-11,GMT-12,GMT-13,GMT-14,GMT-2,GMT-3,GMT-4,GMT-5,GMT-6,GMT-7,GMT-8,GMT-9 Europe/Astrakhan,Samara,Saratov,Ulyanovsk Indian/Chagos,Christmas,Cocos,Mahe,Maldives,Mauritius,Reunion Iran,Kwajalein,NZ-CHAT,Singapore Pacific/Apia,Bougainville,Chatham,Chuuk,Easter,Efate,Fakaofo,Fiji,Funafuti,Galapagos,Gambier,Guadalcanal,Kiritimati,Kosrae,Kwajalein,Majuro,Marquesas,Nauru,Niue,Norfolk,Noumea,Palau,Pitcairn,Pohnpei,Ponape,Port_Moresby,Rarotonga,Tahiti,Tarawa,Tongatapu,Truk,Wake,Wallis,Yap
WET=0 WEST=60/448243200/CET CEST=120 | Africa/Ceuta
CAT=120 SAST=90 CAST=180 | Africa/Gaborone
SAST=120 SAST=90 SAST=180 | Africa/Johannesburg
CAT=120 CAST=180/947930400/EAT | Africa/Juba,Khartoum
WAT=60 GMT=0 | Africa/Lagos,Malabo,Niamey,Porto-Novo
CAT=120 WAT=60 | Africa/Lubumbashi
SAST=120 SAST=180 | Africa/Maseru
SAST=120 | Africa/Mbabane
MMT=-44.5 GMT=0 | Africa/Monrovia
WAT=60 WAST=120 | Africa/Ndjamena
GMT=0 WAT=60 | Africa/Sao_Tome
EET=120/386463600/CEST/641775600/EET/860108400/CEST/875916000/EET/1364515200/CEST/1382659200/EET CET=60 | Africa/Tripoli Libya
CET=60 CEST=120 | Africa/Tunis Europe/Amsterdam,Belgrade,Budapest,Busingen,Copenhagen,Ljubljana,Malta,Oslo,Podgorica,Rome,San_Marino,Sarajevo,Skopje,Stockholm,Tirane,Vaduz,Vatican,Vienna,Zagreb,Zurich
SAST=120/637970400/CAT WAT=60 SAST=180 | Africa/Windhoek
BST=-660 BDT=-600/436363200/AHST/439034400/HST HDT=-540 | America/Adak,Atka US/Aleutian
AHST=-600 AHDT=-540/436359600/YST/439030800/AKST AKDT=-480 | America/Anchorage US/Alaska
AST=-240 | America/Anguilla,Aruba,Curacao,Dominica,Grenada,Guadeloupe,Miquelon,Montserrat,Port_of_Spain,St_Kitts,St_Lucia,St_Thomas,St_Vincent,Tortola
AST=-240 EST=-300 | America/Antigua
EST=-300 CST=-360 | America/Atikokan
MST=-420 MDT=-360/1288508400/CST CDT=-300 | America/Bahia_Banderas
AST=-240 ADT=-180 | America/Barbados,Blanc-Sablon,Glace_Bay,Halifax,Martinique,Thule Atlantic/Bermuda Canada/Atlantic
CST=-360 CDT=-300 | America/Belize,Chicago,Costa_Rica,El_Salvador,Guatemala,Matamoros,Rainy_River,Tegucigalpa,Winnipeg CST6CDT Canada/Central US/Central
MST=-420 MDT=-360 PST=-480 | America/Boise
MST=-420 MDT=-360/941356800/CST/986115600/MDT CDT=-300/972802800/EST -00=0 | America/Cambridge_Bay
CST=-360 EST=-300/828864000/CDT/877849200/EST/902037600/CDT/1422777600/EST EDT=-240 | America/Cancun
EST=-300 | America/Cayman,Coral_Harbour,Panama EST
CST=-360/891766800/MDT/1667116800/CST CDT=-300 MST=-420 | America/Chihuahua,Ojinaga
CST=-360/891766800/MDT/1667116800/CST/1678611600/MDT CDT=-300 MST=-420 | America/Ciudad_Juarez
MST=-420 PST=-480 | America/Creston
YST=-540 PST=-480 PDT=-420/1604214000/MST | America/Dawson
PST=-480 PDT=-420/84013200/MST | America/Dawson_Creek
MST=-420 MDT=-360 | America/Denver,Edmonton,Hermosillo,Mazatlan,Phoenix,Shiprock,Yellowknife Canada/Mountain MST,MST7MDT,Navajo Mexico/BajaSur US/Arizona,Mountain
EST=-300 EDT=-240 CST=-360 | America/Detroit,Fort_Wayne,Indiana/Indianapolis,Indiana/Vevay,Indianapolis US/East-Indiana,Michigan
PST=-480 PDT=-420 | America/Ensenada,Los_Angeles,Santa_Isabel,Tijuana,Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific
PST=-480 PDT=-420/1425808800/MST | America/Fort_Nelson
AST=-240 ADT=-180 ADDT=-120 NST=-210 NDT=-150 | America/Goose_Bay
EST=-300 EDT=-240/1425798000/AST/1520751600/EDT | America/Grand_Turk
CST=-300 CDT=-240 | America/Havana Cuba
CST=-360 CDT=-300/688546800/EST/1143961200/CDT | America/Indiana/Knox,Knox_IN US/Indiana-Starke
EST=-300/126687600/CDT/152089200/EST EDT=-240 CST=-360 | America/Indiana/Marengo,Kentucky/Louisville,Louisville
CST=-360 CDT=-300/247042800/EST/1143961200/CDT/1194159600/EST EDT=-240 | America/Indiana/Petersburg
EST=-300/1143961200/CDT EDT=-240 CST=-360 | America/Indiana/Tell_City
EST=-300/1143961200/CDT/1194159600/EST EDT=-240 CST=-360 | America/Indiana/Vincennes
EST=-300/1143961200/CDT/1194156000/EST EDT=-240 CST=-360 | America/Indiana/Winamac
PST=-480 PDT=-420/309945600/MST MDT=-360 -00=0 | America/Inuvik
EST=-300/954662400/CDT/972802800/EST EDT=-240 CST=-360 -00=0 | America/Iqaluit,Pangnirtung
EST=-300 EDT=-240 | America/Jamaica,Montreal,Nassau,New_York,Nipigon,Port-au-Prince,Thunder_Bay,Toronto Canada/Eastern EST5EDT,Jamaica US/Eastern
PST=-480/325677600/YDT/341402400/PST/452084400/AKDT PDT=-420 YST=-540/439030800/AKST | America/Juneau
CST=-360 CDT=-300/972802800/EST EDT=-240 | America/Kentucky/Monticello
AST=-240 AWT=-180 | America/Kralendijk,Lower_Princes,Marigot,Puerto_Rico,St_Barthelemy,Virgin
CST=-360 EST=-300/290584800/CDT/694260000/EST/1113112800/CDT | America/Managua
EST=-300/104914800/CDT CST=-360 | America/Menominee
CST=-360 EST=-300/828864000/CDT | America/Merida
PST=-480/1457866800/AKDT/1541325600/PST/1552215600/AKDT PDT=-420 AKST=-540 | America/Metlakatla
CST=-360 CDT=-300 MST=-420 | America/Mexico_City,Monterrey Mexico/General
AST=-240 ADT=-180 EST=-300 | America/Moncton
BST=-660 BDT=-600 YST=-540/439030800/AKST AKDT=-480 | America/Nome
MST=-420 MDT=-360/1289116800/CST CDT=-300 | America/North_Dakota/Beulah
MST=-420 MDT=-360/720000000/CST CDT=-300 | America/North_Dakota/Center
MST=-420 MDT=-360/1067155200/CST CDT=-300 | America/North_Dakota/New_Salem
CST=-360 CDT=-300/972802800/EST/986112000/CDT -00=0 | America/Rankin_Inlet
CST=-360 MST=-420 | America/Regina Canada/Saskatchewan
CST=-360 CDT=-300/972802800/EST/986112000/CDT/1162105200/EST/1173600000/CDT -00=0 | America/Resolute
EST=-300 AST=-240 | America/Santo_Domingo
PST=-480/452084400/AKDT PDT=-420 YST=-540/439030800/AKST | America/Sitka
NST=-210 NDT=-150 NDDT=-90 | America/St_Johns Canada/Newfoundland
MST=-420 CST=-360 | America/Swift_Current
PST=-480 PDT=-420/1604214000/MST YST=-540 | America/Whitehorse Canada/Yukon
YST=-540/439030800/AKST YDT=-480/452084400/AKDT | America/Yakutat
-00=0 | Antarctica/Casey,Davis,DumontDUrville,Mawson,Palmer,Rothera,Syowa,Vostok Indian/Kerguelen Pacific/Enderbury,Kanton
AEDT=660 AEST=600 -00=0 | Antarctica/Macquarie
NZST=720 NZDT=780 -00=0 | Antarctica/McMurdo
NZST=720 NZDT=780 NZMT=690 NZST=750 | Antarctica/South_Pole NZ Pacific/Auckland
-00=0/1108166400/+00 | Antarctica/Troll
CET=60 CEST=120 CEMT=180 | Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Berlin
EET=120 EEST=180/1666908000/+03 | Asia/Amman
IST=330 | Asia/Calcutta,Kolkata
CST=480 CDT=540 | Asia/Chongqing,Chungking,Harbin,Macao,Macau,Shanghai,Taipei PRC,ROC
EET=120 EEST=180/1666904400/+03 | Asia/Damascus
EET=120 EEST=180/1473282000/+03/1521939600/EEST | Asia/Famagusta
IST=120/820447200/EET IDT=180/828655200/EEST | Asia/Gaza,Hebron
HKT=480 HKST=540 HKWT=510 | Asia/Hong_Kong Hongkong
EET=120 EEST=180/267915600/+03/482799600/EEST/1473195600/+03 | Asia/Istanbul Europe/Istanbul Turkey
WIB=420 | Asia/Jakarta
WIT=540 | Asia/Jayapura
IST=120 IDT=180 IDDT=240 | Asia/Jerusalem,Tel_Aviv Israel
+05=300/38775600/PKT PKST=360 | Asia/Karachi
WITA=480 | Asia/Makassar,Ujung_Pandang
PST=480 PDT=540 | Asia/Manila
WITA=480 WIB=420 | Asia/Pontianak
KST=540 KST=510 | Asia/Pyongyang
KST=540 KDT=600 KST=510 KDT=570 | Asia/Seoul ROK
JST=540 JDT=600 | Asia/Tokyo Japan
+00=0/725421600/WET/740278800/+00 WEST=60 | Atlantic/Azores
WET=0 WEST=60 | Atlantic/Canary,Faeroe,Faroe,Madeira
AEST=600 AEDT=660 | Australia/ACT,Brisbane,Canberra,Lindeman,Melbourne,NSW,Queensland,Sydney,Victoria
ACST=570 ACDT=630 ACST=540 | Australia/Adelaide,South
ACST=570 ACDT=630 AEST=600 ACST=540 | Australia/Broken_Hill,Yancowinna
AEDT=660 AEST=600 | Australia/Currie,Hobart,Tasmania
ACST=570 ACST=540 ACDT=630 | Australia/Darwin,North
AEST=600 | Australia/LHI,Lord_Howe
AWST=480 AWDT=540 | Australia/Perth,West
CET=60 CEST=120 WET=0 | CET,MET Europe/Andorra,Brussels,Luxembourg,Madrid,Monaco,Paris
EET=120 EEST=180 CET=60 | EET Europe/Athens,Sofia
IST=60 GMT=0 | Eire Europe/Dublin
UTC=0 | Etc/UCT,UTC,Universal,Zulu UCT,UTC,Universal,Zulu
BST=60 GMT=0 BDST=120 | Europe/Belfast,Isle_of_Man,London GB,GB-Eire
CET=60 CEST=120 GMT=0 | Europe/Bratislava,Gibraltar,Prague
MSK=180/641944800/EEST MSD=240 EET=120 CET=60 | Europe/Chisinau,Tiraspol
BST=60 GMT=0 CEST=120 | Europe/Guernsey,Jersey
MSK=180/606870000/EEST/1301184000/+03 MSD=240 EET=120 CET=60 | Europe/Kaliningrad
MSK=180/646783200/EEST MSD=240 EET=120 CET=60 | Europe/Kiev,Kyiv,Uzhgorod,Zaporozhye
+04=240/606866400/MSD/670374000/+04/701820000/MSD/1301180400/MSK MSK=180 | Europe/Kirov
CET=60/228268800/WEST/717555600/CET/828234000/WEST WET=0 CEST=120 | Europe/Lisbon Portugal,WET
MSK=180/670374000/EEST/1301184000/+03 MSD=240 EET=120 CET=60 | Europe/Minsk
MSK=180/670374000/EEST/695779200/MSK MSD=240/1301180400/MSK EET=120 | Europe/Moscow W-SU
MSK=180/606870000/EEST MSD=240 EET=120 CET=60 | Europe/Riga,Tallinn
MSK=180/701827200/EEST/780447600/MSK/859683600/EEST/1414274400/MSK MSD=240/1396137600/MSK EET=120 CET=60 | Europe/Simferopol
MSK=180/606870000/EEST MSD=240 EET=120/891133200/CEST/941331600/EET CET=60 | Europe/Vilnius
+04=240/575416800/MSD/670374000/+04/701820000/MSD/1301180400/MSK/1540681200/+04 MSK=180 | Europe/Volgograd
CET=60 CEST=120 EEST=180 | Europe/Warsaw Poland
HST=-600 HST=-630 HDT=-570 | HST Pacific/Honolulu,Johnston US/Hawaii
EAT=180 EAST=240 | Indian/Antananarivo
GST=600/977493600/ChST GDT=660 | Pacific/Guam,Saipan
SST=-660 | Pacific/Midway,Pago_Pago,Samoa US/Samoa
`;
