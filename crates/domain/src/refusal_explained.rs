//! A refusal with the limit that gave it and the article that it comes from, in the languages of the house.

use crate::limit::Scope;
use crate::plan::Article;
use crate::refusal::Refusal;
use crate::refusal_text::Language;

/// What a refusal says, with the limit that gave it and the article that it comes from; an assumed article says so.
#[must_use]
pub fn explain(refusal: Refusal, scope: Option<Scope>, article: Option<&Article>, language: Language) -> String {
    let mut text = refusal.text(language).to_owned();
    if let Some(scope) = scope {
        text.push(' ');
        text.push_str(&scope_text(scope, language));
    }
    if let Some(article) = article {
        text.push(' ');
        text.push_str(&article_text(article, language));
    }
    text
}

fn article_text(article: &Article, language: Language) -> String {
    let (name, assumed) = match language {
        Language::Es => ("Artículo", "supuesto"),
        Language::Pt => ("Artigo", "presumido"),
        Language::En => ("Article", "assumed"),
        Language::Fr => ("Article", "supposé"),
    };
    let colon = colon(language);
    let citation = article.citation.trim_end_matches('.');
    if article.assumed {
        format!("{name}{colon} {citation} ({assumed}).")
    } else {
        format!("{name}{colon} {citation}.")
    }
}

const fn colon(language: Language) -> &'static str {
    match language {
        Language::Fr => "\u{a0}:",
        Language::Es | Language::Pt | Language::En => ":",
    }
}

/// The limit by name; members and institutions by the numbers that the house gave them.
fn scope_text(scope: Scope, language: Language) -> String {
    let name = match language {
        Language::Es => "Límite",
        Language::Pt => "Limite",
        Language::En => "Limit",
        Language::Fr => "Limite",
    };
    let what = match scope {
        Scope::InstitutionShare(institution) => {
            let what = match language {
                Language::Es => "parte de la institución",
                Language::Pt => "parcela da instituição",
                Language::En => "share of institution",
                Language::Fr => "part de l'établissement",
            };
            format!("{what} {}", institution.0)
        }
        Scope::Pair { debtor, creditor } => {
            let (debtor, creditor) = (debtor.0, creditor.0);
            match language {
                Language::Es => format!("línea del miembro {debtor} con el miembro {creditor}"),
                Language::Pt => format!("linha do membro {debtor} com o membro {creditor}"),
                Language::En => format!("line of member {debtor} with member {creditor}"),
                Language::Fr => format!("ligne du membre {debtor} auprès du membre {creditor}"),
            }
        }
        Scope::CreditorExposure(member) => {
            let what = match language {
                Language::Es => "lo que se debe al miembro",
                Language::Pt => "o que se deve ao membro",
                Language::En => "what is owed to member",
                Language::Fr => "ce qui est dû au membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::PerPayment(member) => {
            let what = match language {
                Language::Es => "importe de un pago del miembro",
                Language::Pt => "valor de um pagamento do membro",
                Language::En => "amount of one payment of member",
                Language::Fr => "montant d'un paiement du membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::Prefinancing(member) => {
            let what = match language {
                Language::Es => "abonos anticipados del miembro",
                Language::Pt => "créditos antecipados do membro",
                Language::En => "payouts before settlement of member",
                Language::Fr => "versements avant règlement du membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::MemberTowardsAll(member) => {
            let what = match language {
                Language::Es => "lo que a todos los demás debe el miembro",
                Language::Pt => "o que a todos os demais deve o membro",
                Language::En => "what all others are owed by member",
                Language::Fr => "ce que doit à tous les autres le membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::Allocation(member) => {
            let what = match language {
                Language::Es => "asignación del miembro",
                Language::Pt => "alocação do membro",
                Language::En => "allocation of member",
                Language::Fr => "allocation du membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::Facility => match language {
            Language::Es => "crédito en uso de todo el convenio",
            Language::Pt => "crédito em uso de todo o convênio",
            Language::En => "credit in use in the whole arrangement",
            Language::Fr => "crédit utilisé dans tout l'arrangement",
        }
        .to_owned(),
        Scope::PrefundedBalance(member) => {
            let what = match language {
                Language::Es => "saldo ante el agente de liquidación del miembro",
                Language::Pt => "saldo junto ao agente de liquidação do membro",
                Language::En => "balance with the settlement agent of member",
                Language::Fr => "solde auprès de l'agent de règlement du membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::CommittedLine(member) => {
            let what = match language {
                Language::Es => "línea comprometida del miembro",
                Language::Pt => "linha comprometida do membro",
                Language::En => "committed line of member",
                Language::Fr => "ligne confirmée du membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::Quota(member) => {
            let what = match language {
                Language::Es => "cuota del miembro",
                Language::Pt => "cota do membro",
                Language::En => "quota of member",
                Language::Fr => "quota du membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::Claims(member) => {
            let what = match language {
                Language::Es => "crédito que da el miembro",
                Language::Pt => "crédito que o membro concede",
                Language::En => "credit given by member",
                Language::Fr => "crédit accordé par le membre",
            };
            format!("{what} {}", member.0)
        }
        Scope::Debts(member) => {
            let what = match language {
                Language::Es => "crédito que toma el miembro",
                Language::Pt => "crédito que o membro toma",
                Language::En => "credit taken by member",
                Language::Fr => "crédit pris par le membre",
            };
            format!("{what} {}", member.0)
        }
    };
    format!("{name}{} {what}.", colon(language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{InstitutionId, MemberId};
    use std::collections::BTreeSet;

    #[test]
    fn an_explanation_names_the_limit_and_the_article_and_says_what_is_assumed() {
        let found = Article { citation: "CPCR, Regulation, lines of credit".to_owned(), assumed: false };
        let assumed = Article { assumed: true, ..found.clone() };
        let pair = Scope::Pair { debtor: MemberId(3), creditor: MemberId(5) };
        let explained = |article, language| explain(Refusal::PairLine, Some(pair), article, language);
        let start = Refusal::PairLine.text(Language::En);
        for (article, language, end) in [
            (None, Language::En, " Limit: line of member 3 with member 5."),
            (
                Some(&found),
                Language::En,
                " Limit: line of member 3 with member 5. Article: CPCR, Regulation, lines of credit.",
            ),
            (
                Some(&assumed),
                Language::En,
                " Limit: line of member 3 with member 5. Article: CPCR, Regulation, lines of credit (assumed).",
            ),
        ] {
            assert_eq!(explained(article, language), format!("{start}{end}"));
        }
        for (language, end) in [
            (Language::Es, "Artículo: CPCR, Regulation, lines of credit (supuesto)."),
            (Language::Pt, "Artigo: CPCR, Regulation, lines of credit (presumido)."),
            (Language::Fr, "Article\u{a0}: CPCR, Regulation, lines of credit (supposé)."),
        ] {
            assert!(explained(Some(&assumed), language).ends_with(end), "{language:?}");
        }
        assert_eq!(
            explain(Refusal::SameParty, None, None, Language::Pt),
            Refusal::SameParty.text(Language::Pt),
            "nothing to add"
        );
    }

    #[test]
    fn every_scope_has_a_text_of_its_own_in_each_language() {
        let member = MemberId(7);
        let scopes = [
            Scope::InstitutionShare(InstitutionId(7)),
            Scope::Pair { debtor: member, creditor: MemberId(8) },
            Scope::CreditorExposure(member),
            Scope::PerPayment(member),
            Scope::Prefinancing(member),
            Scope::CommittedLine(member),
            Scope::Quota(member),
            Scope::Claims(member),
            Scope::Debts(member),
        ];
        let mut texts = BTreeSet::new();
        for scope in scopes {
            for language in Language::ALL {
                let text = scope_text(scope, language);
                assert!(text.contains('7') && text.ends_with('.'), "{text}");
                assert!(texts.insert(text.clone()), "{text}");
            }
        }
    }
}
