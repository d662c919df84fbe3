"""Words for how urgent a row is."""

from __future__ import annotations

from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.core.vocabulary.words import Vocabulary

PRIORITIES: Vocabulary[Priority] = Vocabulary(
    {
        Priority.URGENT: """
            urgent, asap, as soon as possible, critical, crit, immediate, immediately, now, right now, right away,
            at once, emergency, rush, rush job, rush order, top, highest, blocker, p0, p1, p-1, prio 1, priority 1,
            very urgent, super urgent, urgently, urgnet, today, urgente, urgentemente, muy urgente, crítico, crítica,
            inmediato, lo antes posible, cuanto antes, máxima, urgence, urgente !, très urgent, critique, immédiat,
            immédiate, dès que possible, maximale, dringend, sehr dringend, sofort, eilt, eilig, kritisch,
            schnellstmöglich, so schnell wie möglich, dringlich, höchste, imediato, imediata, o mais rápido possível,
            muito urgente, subito, immediato, immediata, molto urgente, il prima possibile, massima, तत्काल, तुरंत,
            अति आवश्यक, अत्यावश्यक, अर्जेंट, عاجل, عاجلة, عاجل جدا, مستعجل, حرج, فوري, فورا, 紧急, 緊急, 加急, 特急, 急,
            很急, 非常紧急, 立即, 马上, 最高, 至急, 大至急, すぐに, 最優先, 緊急対応, 긴급, 시급, 매우 긴급, 즉시,
            최우선, срочно, срочный, срочная, очень срочно, критический, критично, немедленно, acil, çok acil, hemen,
            kritik, ivedi, spoed, dringend nodig, direct, onmiddellijk, zo snel mogelijk, kritiek, pilne, pilny,
            bardzo pilne, natychmiast, krytyczny
        """,
        Priority.HIGH: """
            high, h, hi, higher, important, elevated, p2, p-2, prio 2, priority 2, hihg, alto, alta, importante, haut,
            haute, élevé, élevée, forte, hoch, hohe, hoher, wichtig, alta importância, उच्च, ऊँचा, ऊंचा, हाई, महत्वपूर्ण,
            عالي, عالية, مرتفع, مرتفعة, مهم, هام, أولوية عالية, 高, 高い, 高优先级, 優先度高, 高優先, 重要, ハイ,
            높음, 높은, 중요, 상, высокий, высокая, высоко, важно, важный, yüksek, önemli, hoog, hoge, belangrijk,
            wysoki, wysoka, wysokie, ważne, ważny
        """,
        Priority.NORMAL: """
            normal, medium, m, med, mid, middle, moderate, average, standard, regular, usual, ordinary, routine,
            p3, p-3, prio 3, priority 3, norm, mediano, medio, media, estándar, moyen, moyenne, normale, médio,
            média, mittel, mittlere, mittlerer, durchschnittlich, gewöhnlich, normaler, comum, padrao normal,
            medie, normali, सामान्य, मध्यम, नॉर्मल, औसत, عادي, عادية, متوسط, متوسطة, طبيعي, 中, 中等, 普通, 一般,
            正常, 标准, 標準, 通常, ふつう, 中くらい, ノーマル, 中优先级, 보통, 중간, 일반, 중, 표준, обычный,
            обычная, обычно, нормальный, нормально, средний, средняя, стандартный, orta, olağan, sıradan,
            normaal, gemiddeld, standaard, normalny, normalna, normalne, średni, średnia, zwykły
        """,
        Priority.LOW: """
            low, l, lo, lower, lowest, very low, super low, muy baja, muy bajo, très basse, très faible,
            sehr niedrig, muito baixa, molto bassa, 很低, minor, not urgent, non-urgent, no rush, no hurry,
            whenever, when possible, whenever possible, some day, someday, eventually, nice to have, backlog, p4,
            p-4, prio 4, priority 4, unimportant, bajo, baja, poco importante, sin prisa, no urgente, bas, basse,
            faible, pas urgent, non urgent, niedrig, niedrige, niedriger, gering, unwichtig, nicht dringend,
            keine eile, nicht eilig, baixo, baixa, sem pressa, não urgente, bassa, basso, non urgente,
            senza fretta, निम्न, कम, नीचा, लो, منخفض, منخفضة, قليل, غير عاجل, ليس عاجلا, 低, 低い, 低优先级,
            優先度低, 不急, 不着急, ロー, 急ぎではない, 急がない, いつでも, 낮음, 낮은, 하, 급하지 않음, низкий,
            низкая, низко, не срочно, несрочно, düşük, acil değil, laag, lage, niet dringend, geen haast, niski,
            niska, niskie, niepilne, nie pilne
        """,
    },
    """
    priority, prio, prior, priorities, 0, 1, 2, 3, 4, 5, p, level, urgency, importance, task, prioridad,
    prioridade, priorité, priorität, dringlichkeit, priorità, importância, importanza, urgencia, urgência,
    urgenza, प्राथमिकता, أولوية, اولوية, الأولوية, 优先, 优先级, 優先, 優先度, 優先順位, 우선순위, 우선,
    приоритет, öncelik, öncelikli, prioriteit, priorytet
""",
)
