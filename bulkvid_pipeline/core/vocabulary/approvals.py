"""Words that say whether a row may be rendered."""

from __future__ import annotations

from enum import StrEnum

from bulkvid_pipeline.core.vocabulary.words import Vocabulary, listed_words


class Approval(StrEnum):
    """What a status cell says."""

    APPROVED = "approved"
    WAITING = "not approved"
    UNCLEAR = "unclear"
    """A word that one team writes of an idea that is ready and another of a video that exists already."""


APPROVALS: Vocabulary[Approval] = Vocabulary(
    {
        Approval.APPROVED: """
            approved, approve, approved ✓, aprobado ok, all good, looks good, looks good to me, lgtm, ship it,
            go live, good, fine, perfect, ready for video, ready for rendering, ready for editing, ready to film,
            ready to publish, ready to use, ok to render, okです, ok です, 問題なし, 没问题, 可行, 可以了, 行,
            好的, vale, perfecto, parfait, c'est bon, passt, in ordnung so, alles gut, perfeito, va bene,
            perfetto, बढ़िया, تم الاعتماد, حسنا, ладно, хорошо, отлично, olur, prima, ready, ready to go,
            ready to render, ready for render, ready for production, ready to produce, good to go, go, go ahead,
            green, green light, greenlit, yes, y, yep, yeah, true, t, ok, okay, o.k., on, 1, x, confirmed,
            accepted, signed off, sign off, cleared, checked, ✓, ✔, ☑, ✅, 👍, 🟢, 🆗, ◯, ○, 〇, √, v, sí, si,
            aprobado, aprobada, listo, lista, verdadero, confirmado, aceptado, de acuerdo, oui, approuvé,
            approuvée, validé, validée, prêt, prête, vrai, d'accord, bon pour accord, ja, j, genehmigt,
            freigegeben, freigabe erteilt, bereit, wahr, bestätigt, in ordnung, einverstanden, sim, s, aprovado,
            aprovada, pronto, pronta, verdadeiro, confirmada, liberado, vero, approvato, approvata, confermato,
            autorizzato, हाँ, हां, जी हाँ, स्वीकृत, अनुमोदित, मंज़ूर, मंजूर, तैयार, सही, सत्य, ठीक, ठीक है, نعم, موافق,
            تمت الموافقة, معتمد, مقبول, جاهز, صحيح, مؤكد, 是, 是的, 已批准, 批准, 通过, 通過, 已通过, 审核通过,
            已审核, 同意, 准备好, 准备就绪, 就绪, 可以, 好, 对, 真, 確認済, 確認済み, はい, 承認, 承認済,
            承認済み, 準備完了, 準備ok, 可, 了承, 예, 네, 승인, 승인됨, 승인 완료, 준비, 준비됨, 준비 완료, 확인,
            참, да, одобрено, одобрен, утверждено, утвержден, согласовано, истина, evet, onaylandı, onaylı, onay,
            hazır, doğru, tamam, waar, goedgekeurd, akkoord, klaar voor productie, gereed, tak, zatwierdzone,
            zatwierdzony, zaakceptowane, gotowe, gotowy, prawda, zgoda
        """,
        Approval.WAITING: """
            no, n, nope, not, never, don't, do not, don't render, do not render, disapproved, not good, no go,
            to be approved, to approve, to be reviewed, to be checked, needs approval, needs changes,
            approval pending, waiting for client, waiting on client, waiting for feedback, with client,
            client review, with changes, changes, edit, edits, editing, needs editing, failed, archived, archive,
            duplicate, delete, por aprobar, por revisar, no listo, a revisar, à approuver, zu genehmigen,
            noch nicht, a aprovar, da approvare, 未审核, 未确认, 未確認, 要修正, 要確認, 修正中, 待确认, 待确定,
            false, off, 0, not ready, not yet, not approved, unapproved, pending, pending approval, waiting,
            waiting for approval, awaiting approval, draft, in draft, in progress, wip, in review, review,
            under review, to review, needs review, needs work, needs edits, changes requested, revise, revision,
            rework, on hold, hold, paused, stop, rejected, declined, denied, cancelled, canceled, skip,
            do not use, idea, new, open, todo, to do, tbd, tbc, n/a, backlog, blocked, red, yellow, later, ☐, □,
            ⬜, ❌, ✗, ✘, 👎, 🔴, 🟡, ⛔, 🚫, -, –, —, ?, ..., …, none, null, pendiente, borrador, en revisión,
            en curso, rechazado, rechazada, falso, no aprobado, non, en attente, brouillon, en cours, à valider,
            à revoir, refusé, refusée, faux, pas prêt, non approuvé, nein, ausstehend, offen, entwurf, in arbeit,
            in bearbeitung, in prüfung, zu prüfen, abgelehnt, falsch, nicht genehmigt, nicht freigegeben, não,
            pendente, rascunho, em revisão, em andamento, recusado, rejeitado, não aprovado, in attesa, bozza,
            in corso, in revisione, rifiutato, respinto, non approvato, नहीं, लंबित, मसौदा, ड्राफ्ट, समीक्षा,
            समीक्षाधीन, अस्वीकृत, असत्य, गलत, لا, قيد الانتظار, معلق, مسودة, قيد المراجعة, مرفوض, خطأ, غير موافق,
            غير جاهز, 否, 不, 不是, 未批准, 待审核, 待审批, 待定, 审核中, 草稿, 进行中, 拒绝, 未通过, 驳回, 假,
            没有, いいえ, 未承認, 承認待ち, 下書き, 確認中, 作業中, 進行中, 却下, 不可, 保留, 未定, ×, 아니오,
            아니요, 대기, 대기중, 보류, 초안, 검토중, 검토 중, 진행중, 진행 중, 거절, 반려, 미승인, 거짓, нет,
            ожидает, ожидание, черновик, в работе, на проверке, на согласовании, отклонено, ложь, не готово,
            hayır, beklemede, taslak, incelemede, devam ediyor, reddedildi, yanlış, nee, in behandeling, concept,
            in afwachting, afgekeurd, afgewezen, onwaar, nie, oczekuje, szkic, w trakcie, do akceptacji,
            odrzucone, fałsz
        """,
        Approval.UNCLEAR: """
            maybe, perhaps, almost, almost ready, probably, vielleicht, quizás, tal vez, peut-être, talvez,
            forse, 可能, 也许, たぶん, может быть, done, finished, complete, completed, closed, final, published,
            posted, live, scheduled, rendered, produced, uploaded, sent, delivered, ☒, hecho, terminado,
            completado, publicado, fini, terminé, publié, fait, fertig, erledigt, abgeschlossen, veröffentlicht,
            feito, concluído, finalizado, fatto, finito, completato, pubblicato, हो गया, पूर्ण, पूरा, प्रकाशित, تم,
            منتهي, مكتمل, منشور, 完成, 已完成, 已发布, 完了, 公開済み, 済, 済み, 完成済み, 완료, 완료됨, 게시됨,
            готово, готов, сделано, завершено, опубликовано, bitti, tamamlandı, yayınlandı, klaar, afgerond,
            gepubliceerd, zrobione, zakończone, opublikowane
        """,
    },
    """
    status, state, by client, by, client, version, v1, v2, v3, please, thanks, thank you, bitte, danke,
    por favor, gracias, s'il vous plaît, merci
    """,
)

SIGNATURES = Vocabulary(
    {
        True: """
            approved, signed off, confirmed, accepted, cleared, checked, ok, okay, ✓, ✔, ✅, aprobado, aprobada,
            approuvé, approuvée, validé, validée, genehmigt, freigegeben, aprovado, aprovada, approvato,
            approvata, confirmado, स्वीकृत, تمت الموافقة, 已批准, 审核通过, 承認, 承認済, 承認済み, 승인, одобрено,
            согласовано, утверждено, onaylandı, goedgekeurd, zatwierdzone
        """
    }
)
"""What people write their name or a date beside when they have approved. `Ready Friday` is another thing."""

NEGATIONS = frozenset(
    listed_words(
        """
        not, no, never, don't, dont, cannot, can't, nicht, kein, noch, nie, pas, ne, jamais, non, não, nunca,
        nao, ainda, mai, नहीं, मत, لا, لم, ليس, غير, не, нет, değil, niet, geen
        """
    )
)
"""Words after which nothing is approved."""

CONDITIONS = frozenset(
    listed_words(
        """
        but, if, after, before, until, till, unless, except, once, when, with, without, minus, change, changes,
        edit, edits, edited, fix, fixes, shorten, only, half, partly, partially, almost, nearly, soon, pending,
        draft, tbc, tbd, for, from, mon, monday, tue, tuesday, wed, wednesday, thu, thursday, fri, friday, sat,
        saturday, sun, sunday, tomorrow, today, week, next, aber, wenn, nach, bis, ohne, mit, nur, fast, pero,
        cuando, después, hasta, sin, con, casi, solo, sólo, mais, quand, après, sauf, avec, sans, presque, mas,
        quando, depois, até, sem, com, quase, ma, dopo, senza, quasi, но, если, после, без, почти, только
        """
    )
)
"""Words that tell that an approval is not the whole story."""
