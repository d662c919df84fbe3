"""Words for the four looks."""

from __future__ import annotations

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.vocabulary.words import Vocabulary

STYLES: Vocabulary[Style] = Vocabulary(
    {
        Style.MODERN: """
            modern, contemporary, 现代感, 现代简洁风, モダンな, 現代風な, moderno, moderna, moderne, moderner,
            modernes, modernist, modernistic, contemporáneo, contemporain, zeitgenössisch, contemporâneo,
            contemporaneo, आधुनिक, मॉडर्न, حديث, عصري, معاصر, 现代, 現代, 现代风, 現代風, 现代风格, モダン, 現代的,
            모던, 현대적, 현대, современный, современно, модерн, nowoczesny, nowoczesna
        """,
        Style.CLASSIC: """
            classic, classical, classics, 经典风, 经典风格, 古典风格, 传统风格, クラシックな, traditional,
            clásico, clásica, tradicional, classique, traditionnel, traditionnelle, klassisch, klassik,
            klassischer, traditionell, clássico, clássica, classico, classica, tradizionale, पारंपरिक, क्लासिक,
            शास्त्रीय, كلاسيكي, تقليدي, 经典, 經典, 古典, 传统, 傳統, クラシック, 伝統的, 클래식, 고전, 전통적,
            классика, классический, классическая, традиционный, klasik, geleneksel, klassiek, traditioneel,
            klasyczny, klasyczna, tradycyjny
        """,
        Style.MINIMAL: """
            minimal, min, minimalist, minimalistic, 极简风, 极简风格, 極簡風, 极简主义, 简约风, 简约风格, 簡約風,
            ミニマルな, シンプルな, minimalismus, minimalism, clean, simple, plain, clean and simple,
            clean & simple, simple and clean, minimalista, minimalismo, limpio, sencillo, minimaliste, épuré,
            minimalistisch, schlicht, limpo, simples, minimale, essenziale, pulito, semplice, न्यूनतम, मिनिमल, सरल,
            सादा, بسيط, بسيطة, أدنى, مينيمال, 极简, 極簡, 简约, 簡約, 简洁, 簡潔, ミニマル, ミニマリスト,
            シンプル, 미니멀, 미니멀리스트, 심플, 간단한, минимализм, минималистичный, минималистский,
            минимальный, простой, sade, eenvoudig, strak, minimalistyczny, prosty
        """,
        Style.CORPORATE: """
            corporate, corp, corpo, business, business-like, business style, pro, 商务风, 商务风格, 企业风,
            企业风格, 专业风格, ビジネス風, ビジネスライク, プロ, enterprise, company, professional, corporativo,
            corporativa, empresarial, profesional, entreprise, professionnel, professionnelle, d'entreprise,
            unternehmen, geschäftlich, professionell, firmenstil, profissional, aziendale, professionale,
            कॉर्पोरेट, व्यावसायिक, पेशेवर, مؤسسي, شركات, مهني, احترافي, رسمي للشركات, 企业, 企業, 商务, 商務, 专业,
            專業, コーポレート, ビジネス, 企業風, プロフェッショナル, 기업, 비즈니스, 전문적, корпоративный,
            деловой, бизнес, профессиональный, kurumsal, iş, profesyonel, zakelijk, bedrijf, professioneel,
            korporacyjny, biznesowy, firmowy, profesjonalny
        """,
    },
    """
    style, styles, look, looks, theme, design, template, feel, vibe, aesthetic, please, one, and, y, et, und, e,
    very, super, a, the, estilo, aspecto, diseño, look and feel, stil, optik, aussehen, thème, apparence,
    aparência, stile, aspetto, tema, शैली, स्टाइल, نمط, أسلوب, ستايل, 风格, 風格, スタイル, 스타일, стиль, stijl,
    styl
""",
)
