/** Gmail's name for the drafts folder, in each language of its pages: Takeout writes labels in the account's language. Lower case. */
export const draftLabels: ReadonlySet<string> = new Set(
  [
    'draft, drafts, konsepte, ረቂቆች, مسودات, المسودات, مسودة, qaralamalar, чернови, খসড়া, খসড়াগুলি, esborranys, koncepty, rozepsané',
    'drafftiau, kladder, entwürfe, πρόχειρα, borradores, mustandid, zirriborroak, پیش‌نویس, پیش‌نویس‌ها, پیش نویس ها, luonnokset',
    'mga draft, brouillons, borradores, rascuños, ડ્રાફ્ટ્સ, ડ્રાફ્ટ, טיוטות, ड्राफ़्ट, ड्राफ्ट, skice, nacrti, piszkozatok, սևագրեր',
    'սևագիր, draf, konsep, drög, bozze, 下書き, მონახაზები, შავი ვერსიები, ಡ್ರಾಫ್ಟ್‌ಗಳು, ಡ್ರಾಫ್ಟ್ಗಳು, жобалар, សេចក្ដីព្រាង, 임시보관함, 임시 보관함',
    'ຮ່າງ, juodraščiai, melnraksti, недовршени, нацрти, ഡ്രാഫ്റ്റുകൾ, मसुदे, ноорог, मस्यौदाहरू, utkast, concepten, klad',
    'wersje robocze, kopie robocze, szkice, rascunhos, mesaje nefinalizate, schițe, ciorne, черновики, කටු සටහන්, rozpísané',
    'osnutki, недовршене, недовршене поруке, rasimu, வரைவுகள், చిత్తుప్రతులు, డ్రాఫ్ట్‌లు, ร่างจดหมาย, จดหมายร่าง, ร่าง, taslaklar, чернетки',
    'ڈرافٹس, qoralamalar, thư nháp, bản nháp, okusalungiswa, 草稿, 草稿箱, 草稿匣, မူကြမ်းများ, ड्राफ्ट्स, draftet, чарнавікі',
  ].flatMap((line) => line.split(', ')),
);
