//! What a refusal says to people, in the four languages of the region: what was wrong, and what to do.

use crate::refusal::Refusal;

pub use crate::refusal_explained::explain;

/// A language in which the house speaks to people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Language {
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
    /// English.
    En,
    /// French.
    Fr,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::Es, Self::Pt, Self::En, Self::Fr];

    /// Its code (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::Pt => "pt",
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// The language of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// One sentence or two, in each language.
struct Texts {
    es: &'static str,
    pt: &'static str,
    en: &'static str,
    fr: &'static str,
}

impl Texts {
    const fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Es => self.es,
            Language::Pt => self.pt,
            Language::En => self.en,
            Language::Fr => self.fr,
        }
    }
}

impl Refusal {
    /// What was wrong and what to do, in a language.
    #[must_use]
    pub const fn text(self, language: Language) -> &'static str {
        self.texts().in_language(language)
    }

    #[rustfmt::skip] // a line for each language keeps them comparable
    const fn texts(self) -> Texts {
        match self {
            Self::NotAuthorised => Texts {
                es: "Quien dio la orden no está facultado para darla. Pídala a quien responde de ello: el miembro o el operador.",
                pt: "Quem deu a ordem não está autorizado a dá-la. Peça-a a quem responde por isso: o membro ou o operador.",
                en: "Whoever gave this command may not give it. Ask the one who answers for it: the member or the operator.",
                fr: "L'auteur de la commande n'est pas habilité à la donner. Adressez-vous à qui en répond : le membre ou l'opérateur.",
            },
            Self::FourEyesMissing => Texts {
                es: "Falta la aprobación de una segunda persona. Hágala aprobar y preséntela de nuevo.",
                pt: "Falta a aprovação de uma segunda pessoa. Obtenha a aprovação e apresente-a de novo.",
                en: "The approval of a second person is missing. Have it approved and give it again.",
                fr: "L'approbation d'une seconde personne manque. Faites approuver la commande et présentez-la de nouveau.",
            },
            Self::FourEyesSamePerson => Texts {
                es: "Quien aprueba es la misma persona que dio la orden. Debe aprobar otra persona.",
                pt: "Quem aprova é a mesma pessoa que deu a ordem. Outra pessoa deve aprovar.",
                en: "The approver is the person who gave the command. Another person has to approve it.",
                fr: "L'approbateur est l'auteur de la commande. Une autre personne doit l'approuver.",
            },
            Self::ArrangementUnknown => Texts {
                es: "El convenio indicado no existe. Verifique su número.",
                pt: "O convênio indicado não existe. Verifique o seu número.",
                en: "There is no such arrangement. Check its number.",
                fr: "L'accord indiqué n'existe pas. Vérifiez son numéro.",
            },
            Self::ParticipantUnknown => Texts {
                es: "La institución indicada no está autorizada por ningún miembro. Verifique su código o pida al miembro que la autorice.",
                pt: "A instituição indicada não está autorizada por nenhum membro. Verifique o código ou peça ao membro que a autorize.",
                en: "No member has authorised this institution. Check its code, or ask its member to authorise it.",
                fr: "Aucun membre n'a agréé cet établissement. Vérifiez son code ou demandez à son membre de l'agréer.",
            },
            Self::MemberUnknown => Texts {
                es: "El miembro indicado no está registrado en la cámara. Verifique su código.",
                pt: "O membro indicado não está registrado na câmara. Verifique o seu código.",
                en: "No such member is registered with the house. Check its code.",
                fr: "Ce membre n'est pas enregistré auprès de la chambre. Vérifiez son code.",
            },
            Self::MemberNotInArrangement => Texts {
                es: "El miembro de una de las partes no está adherido al convenio. Pague por otra vía o espere su adhesión.",
                pt: "O membro de uma das partes não aderiu ao convênio. Pague por outra via ou aguarde a sua adesão.",
                en: "The member of one of the parties has not joined the arrangement. Pay by another way, or wait until it has joined.",
                fr: "Le membre de l'une des parties n'a pas adhéré à l'accord. Payez par une autre voie ou attendez son adhésion.",
            },
            Self::MemberStageTooEarly => Texts {
                es: "El miembro aún observa el convenio y no mueve dinero en él. Pague por otra vía hasta que pase a la etapa siguiente.",
                pt: "O membro ainda observa o convênio e não movimenta dinheiro nele. Pague por outra via até que ele avance de etapa.",
                en: "The member still observes the arrangement and moves no money in it. Pay by another way until it goes on to the next stage.",
                fr: "Le membre observe encore l'accord et n'y déplace pas d'argent. Payez par une autre voie jusqu'à ce qu'il passe à l'étape suivante.",
            },
            Self::CurrencyUnknown => Texts {
                es: "La moneda indicada no está registrada. Verifique su código o pida al operador que la registre.",
                pt: "A moeda indicada não está registrada. Verifique o código ou peça ao operador que a registre.",
                en: "This currency is not registered. Check its code, or ask the operator to register it.",
                fr: "Cette monnaie n'est pas enregistrée. Vérifiez son code ou demandez à l'opérateur de l'enregistrer.",
            },
            Self::CalendarUnknown => Texts {
                es: "El calendario indicado no existe. Verifique su número o defínalo antes.",
                pt: "O calendário indicado não existe. Verifique o número ou defina-o antes.",
                en: "There is no such calendar. Check its number, or define it first.",
                fr: "Ce calendrier n'existe pas. Vérifiez son numéro ou définissez-le d'abord.",
            },
            Self::RulebookUnknown => Texts {
                es: "El reglamento indicado no ha sido adoptado. Adóptelo antes de usarlo.",
                pt: "O regulamento indicado não foi adotado. Adote-o antes de usá-lo.",
                en: "This rulebook has not been adopted. Adopt it before using it.",
                fr: "Ce recueil de règles n'a pas été adopté. Adoptez-le avant de l'utiliser.",
            },
            Self::PaymentUnknown => Texts {
                es: "El pago indicado no existe. Verifique su referencia.",
                pt: "O pagamento indicado não existe. Verifique a sua referência.",
                en: "There is no such payment. Check its reference.",
                fr: "Ce paiement n'existe pas. Vérifiez sa référence.",
            },
            Self::CycleUnknown => Texts {
                es: "El ciclo de neteo indicado no existe, o el miembro no paga ni cobra en él. Verifique el ciclo y el miembro.",
                pt: "O ciclo de netting indicado não existe, ou o membro não paga nem recebe nele. Verifique o ciclo e o membro.",
                en: "There is no such netting cycle, or the member neither pays nor is paid in it. Check the cycle and the member.",
                fr: "Ce cycle de compensation n'existe pas, ou le membre n'y paie ni ne reçoit rien. Vérifiez le cycle et le membre.",
            },
            Self::AlreadyRegistered => Texts {
                es: "Ya está registrado. No hace falta repetirlo; si es otro, use otro código.",
                pt: "Já está registrado. Não é preciso repetir; se for outro, use outro código.",
                en: "It is registered already. There is no need to repeat it; if it is another one, give it another code.",
                fr: "C'est déjà enregistré. Inutile de répéter ; s'il s'agit d'un autre, donnez-lui un autre code.",
            },
            Self::TextInvalid => Texts {
                es: "Un texto está vacío, es demasiado largo o contiene caracteres que no se ven. Corríjalo y preséntelo de nuevo.",
                pt: "Um texto está vazio, é longo demais ou contém caracteres invisíveis. Corrija-o e apresente-o de novo.",
                en: "A text is empty, too long, or has characters that do not show. Correct it and give it again.",
                fr: "Un texte est vide, trop long ou contient des caractères invisibles. Corrigez-le et présentez-le de nouveau.",
            },
            Self::UetrFormat => Texts {
                es: "La referencia UETR no es un UUID de versión 4. Genere una nueva y envíe la orden otra vez.",
                pt: "A referência UETR não é um UUID de versão 4. Gere uma nova e envie a ordem outra vez.",
                en: "The UETR is not a version 4 UUID. Generate a new one and send the order again.",
                fr: "La référence UETR n'est pas un UUID de version 4. Générez-en une nouvelle et renvoyez l'ordre.",
            },
            Self::UetrReused => Texts {
                es: "La referencia UETR ya se usó para otra orden. Si es una orden nueva, envíela con una referencia nueva.",
                pt: "A referência UETR já foi usada em outra ordem. Se for uma ordem nova, envie-a com uma referência nova.",
                en: "The UETR was used for another order. If this is a new order, send it with a new reference.",
                fr: "La référence UETR a servi à un autre ordre. Si l'ordre est nouveau, envoyez-le avec une nouvelle référence.",
            },
            Self::SameParty => Texts {
                es: "Pagador y beneficiario son la misma institución. Haga el pago en sus propios libros.",
                pt: "Pagador e beneficiário são a mesma instituição. Faça o pagamento em seus próprios livros.",
                en: "Payer and payee are the same institution. Make the payment in its own books.",
                fr: "Le payeur et le bénéficiaire sont le même établissement. Faites le paiement dans ses propres livres.",
            },
            Self::SameMember => Texts {
                es: "Ambas instituciones pertenecen al mismo miembro: es un pago nacional. Hágalo por el sistema nacional.",
                pt: "As duas instituições pertencem ao mesmo membro: é um pagamento nacional. Faça-o pelo sistema nacional.",
                en: "Both institutions belong to one member: this is a domestic payment. Make it through the national system.",
                fr: "Les deux établissements relèvent du même membre : c'est un paiement national. Passez par le système national.",
            },
            Self::Suspended => Texts {
                es: "Un miembro de este pago está suspendido en el convenio. Pague por otra vía o espere a que sea readmitido.",
                pt: "Um membro deste pagamento está suspenso no convênio. Pague por outra via ou aguarde a sua readmissão.",
                en: "A member of this payment is suspended in the arrangement. Pay by another way, or wait until it is reinstated.",
                fr: "Un membre de ce paiement est suspendu dans l'accord. Payez par une autre voie ou attendez sa réintégration.",
            },
            Self::EntryClosed => Texts {
                es: "El convenio no recibe órdenes en este momento. Envíela de nuevo, con otra referencia, en el próximo horario de ingreso.",
                pt: "O convênio não recebe ordens neste momento. Envie-a de novo, com outra referência, no próximo horário de entrada.",
                en: "The arrangement takes no orders now. Send it again, with a new reference, when entry opens next.",
                fr: "L'accord ne reçoit pas d'ordres en ce moment. Renvoyez-le, avec une nouvelle référence, à la prochaine ouverture.",
            },
            Self::DenominationNotAdmitted => Texts {
                es: "El convenio no admite órdenes en esta moneda. Exprese el importe en una de las que admite.",
                pt: "O convênio não admite ordens nesta moeda. Expresse o valor em uma das que admite.",
                en: "The arrangement takes no orders in this currency. Express the amount in one that it admits.",
                fr: "L'accord n'admet pas d'ordres dans cette monnaie. Libellez le montant dans l'une de celles qu'il admet.",
            },
            Self::PurposeNotAdmitted => Texts {
                es: "El convenio no admite pagos con esta finalidad. Verifique la finalidad o pague por otra vía.",
                pt: "O convênio não admite pagamentos com esta finalidade. Verifique a finalidade ou pague por outra via.",
                en: "The arrangement admits no payments for this purpose. Check the purpose, or pay by another way.",
                fr: "L'accord n'admet pas de paiements pour cet objet. Vérifiez l'objet ou payez par une autre voie.",
            },
            Self::InstrumentMissing => Texts {
                es: "Falta la referencia del instrumento, o el convenio no usa instrumentos. Indíquela donde se exige y omítala donde no.",
                pt: "Falta a referência do instrumento, ou o convênio não usa instrumentos. Indique-a onde é exigida e omita-a onde não é.",
                en: "The instrument reference is missing, or the arrangement uses none. Give it where it is asked for, and only there.",
                fr: "La référence de l'instrument manque, ou l'accord n'en utilise pas. Indiquez-la là où elle est exigée, et là seulement.",
            },
            Self::InstrumentFormat => Texts {
                es: "La referencia del instrumento no tiene la forma que fija el reglamento. Verifique sus dígitos y el dígito verificador.",
                pt: "A referência do instrumento não tem a forma fixada pelo regulamento. Verifique os dígitos e o dígito verificador.",
                en: "The instrument reference has not the form that the rulebook gives. Check its digits and the check digit.",
                fr: "La référence de l'instrument n'a pas la forme prescrite par les règles. Vérifiez ses chiffres et le chiffre de contrôle.",
            },
            Self::DocumentMissing => Texts {
                es: "Por su importe, la orden debe llevar la clave de su documento comercial. Añádala y envíela con otra referencia.",
                pt: "Pelo seu valor, a ordem deve trazer a chave do documento comercial. Acrescente-a e envie com outra referência.",
                en: "An order of this amount has to carry the key of its trade document. Add it and send the order with a new reference.",
                fr: "Un ordre de ce montant doit porter la clé de son document commercial. Ajoutez-la et renvoyez-le avec une nouvelle référence.",
            },
            Self::DocumentDuplicate => Texts {
                es: "El documento comercial ya respaldó otro pago. Verifique que la factura no se pague dos veces.",
                pt: "O documento comercial já amparou outro pagamento. Verifique que a fatura não seja paga duas vezes.",
                en: "The trade document has been used for another payment. Make sure that the invoice is not paid twice.",
                fr: "Le document commercial a déjà servi à un autre paiement. Vérifiez que la facture n'est pas payée deux fois.",
            },
            Self::ValueDateInvalid => Texts {
                es: "La fecha valor no es un día que el reglamento admite. Indique una fecha admitida u omítala.",
                pt: "A data-valor não é um dia que o regulamento admite. Indique uma data admitida ou omita-a.",
                en: "The value date is not a day that the rulebook admits. Give one that it admits, or none.",
                fr: "La date de valeur n'est pas un jour admis par les règles. Indiquez une date admise, ou aucune.",
            },
            Self::RateMissing => Texts {
                es: "No hay tipo de cambio vigente para una de las monedas. Espere a que su miembro lo publique y envíe otra orden.",
                pt: "Não há taxa de câmbio vigente para uma das moedas. Aguarde a publicação pelo membro e envie outra ordem.",
                en: "There is no rate in force for one of the currencies. Wait until its member publishes one, and send a new order.",
                fr: "Aucun taux n'est en vigueur pour l'une des monnaies. Attendez que son membre le publie et envoyez un nouvel ordre.",
            },
            Self::AmountOutOfRange => Texts {
                es: "El importe no cabe en dieciocho dígitos o se redondea a cero en alguna moneda. Divídalo o auméntelo.",
                pt: "O valor não cabe em dezoito dígitos ou se arredonda a zero em alguma moeda. Divida-o ou aumente-o.",
                en: "The amount does not fit eighteen digits, or rounds to nothing in one of the currencies. Split it or raise it.",
                fr: "Le montant dépasse dix-huit chiffres ou s'arrondit à zéro dans une monnaie. Divisez-le ou augmentez-le.",
            },
            Self::PaymentTooLarge => Texts {
                es: "El importe supera el máximo que el miembro fija para un pago. Pida al miembro que lo eleve o pague por otra vía.",
                pt: "O valor supera o máximo que o membro fixa para um pagamento. Peça ao membro que o eleve ou pague por outra via.",
                en: "The amount is above what the member allows for one payment. Ask the member to raise it, or pay by another way.",
                fr: "Le montant dépasse le maximum fixé par le membre pour un paiement. Demandez-lui de le relever ou payez autrement.",
            },
            Self::CreditorLimit => Texts {
                es: "El miembro del beneficiario pasaría el límite de lo que acepta que se le deba. Espere a que cobre o pida que lo eleve.",
                pt: "O membro do beneficiário passaria o limite do que aceita que lhe devam. Aguarde que receba ou peça que o eleve.",
                en: "The payee's member would be owed more than it accepts. Wait until it has been paid, or ask it to raise its limit.",
                fr: "Le membre du bénéficiaire dépasserait ce qu'il accepte qu'on lui doive. Attendez qu'il soit payé ou demandez-lui de relever sa limite.",
            },
            Self::PairLine => Texts {
                es: "Se pasaría la línea entre los dos miembros. Espere a que el saldo baje o pida al miembro acreedor que la eleve.",
                pt: "A linha entre os dois membros seria ultrapassada. Aguarde que o saldo diminua ou peça ao membro credor que a eleve.",
                en: "The line between the two members would be passed. Wait until the balance falls, or ask the creditor member to raise it.",
                fr: "La ligne entre les deux membres serait dépassée. Attendez que le solde baisse ou demandez au membre créancier de la relever.",
            },
            Self::TransferOverdue => Texts {
                es: "El deudor debe una transferencia anticipada vencida en este par. Debe hacerla antes de que se acepten más órdenes.",
                pt: "O devedor deve uma transferência antecipada vencida neste par. Deve fazê-la antes que se aceitem mais ordens.",
                en: "The debtor owes an anticipated transfer on this pair that is overdue. It has to be made before more orders are accepted.",
                fr: "Le débiteur doit sur cette paire un transfert anticipé échu. Il doit l'effectuer avant que d'autres ordres soient acceptés.",
            },
            Self::ShareExceeded => Texts {
                es: "La institución no tiene margen en la parte que su miembro le asignó. Espere cobros o pida al miembro una parte mayor.",
                pt: "A instituição não tem margem na parcela que seu membro lhe atribuiu. Aguarde recebimentos ou peça uma parcela maior.",
                en: "The institution has no room left in the share that its member allotted to it. Wait for receipts, or ask for a larger share.",
                fr: "L'établissement n'a plus de marge dans la part que son membre lui a allouée. Attendez des encaissements ou demandez une part plus grande.",
            },
            Self::QuoteExpired => Texts {
                es: "El precio del pago venció y aquí nada se cotiza de nuevo. Anule la orden y envíe otra.",
                pt: "O preço do pagamento venceu e aqui nada é cotado de novo. Cancele a ordem e envie outra.",
                en: "The price of the payment ran out, and here nothing is priced again. Cancel the order and send another.",
                fr: "Le prix du paiement a expiré et rien n'est coté à nouveau ici. Annulez l'ordre et envoyez-en un autre.",
            },
            Self::MemberLimit => Texts {
                es: "El miembro debería a los demás más de lo que su línea permite. Espere cobros o pida una línea mayor.",
                pt: "O membro deveria aos demais mais do que sua linha permite. Aguarde recebimentos ou peça uma linha maior.",
                en: "The member would owe all others more than its line allows. Wait for receipts, or ask the operator for a larger line.",
                fr: "Le membre devrait aux autres plus que sa ligne ne permet. Attendez des encaissements ou demandez une ligne plus grande.",
            },
            Self::FacilityLimit => Texts {
                es: "El crédito en uso de todo el convenio pasaría de su tope. Solo entran pagos que lo reduzcan.",
                pt: "O crédito em uso de todo o convênio passaria do seu teto. Só entram pagamentos que o reduzam.",
                en: "The credit in use in the whole arrangement would pass its cap. Only payments that reduce it pass.",
                fr: "Le crédit utilisé dans tout l'arrangement dépasserait son plafond. Seuls passent les paiements qui le réduisent.",
            },
            Self::FacilityStopped => Texts {
                es: "El mecanismo está detenido desde que alcanzó su tope. Solo entran pagos que reduzcan el crédito, hasta que se reanude.",
                pt: "O mecanismo está parado desde que atingiu seu teto. Só entram pagamentos que reduzam o crédito, até que seja retomado.",
                en: "The facility stopped when it reached its cap. Only payments that reduce the credit pass, until it is resumed.",
                fr: "Le mécanisme s'est arrêté à son plafond. Seuls passent les paiements qui réduisent le crédit, jusqu'à sa reprise.",
            },
            Self::PrefundedBalance => Texts {
                es: "El miembro no tiene tanto depositado en el agente de liquidación. Deposite más o espere cobros.",
                pt: "O membro não tem tanto depositado no agente de liquidação. Deposite mais ou aguarde recebimentos.",
                en: "The member does not hold so much with the settlement agent. Deposit more, or wait for receipts.",
                fr: "Le membre n'a pas autant déposé auprès de l'agent de règlement. Déposez davantage ou attendez des encaissements.",
            },
            Self::FacilityNotStopped => Texts {
                es: "El mecanismo no está detenido. No hay nada que reanudar.",
                pt: "O mecanismo não está parado. Não há nada a retomar.",
                en: "The facility has not stopped. There is nothing to resume.",
                fr: "Le mécanisme n'est pas arrêté. Il n'y a rien à reprendre.",
            },
            Self::FeeMismatch => Texts {
                es: "No hay una comisión de ese importe por pagar. Consulte el saldo de comisiones.",
                pt: "Não há tarifa desse valor a pagar. Consulte o saldo de tarifas.",
                en: "There is no fee of that amount to pay. Look up the balance of fees.",
                fr: "Il n'y a pas de commission de ce montant à payer. Consultez le solde des commissions.",
            },
            Self::AllocationLimit => Texts {
                es: "El miembro agotaría su asignación. Adquiera más de otro miembro o espere cobros.",
                pt: "O membro esgotaria sua alocação. Adquira mais de outro membro ou aguarde recebimentos.",
                en: "The member would pass its allocation. Acquire more from another member, or wait for receipts.",
                fr: "Le membre épuiserait son allocation. Acquérez-en auprès d'un autre membre ou attendez des encaissements.",
            },
            Self::InitiatorMismatch => Texts {
                es: "El convenio no recibe esto: en uno los miembros informan saldos, en otro se ordenan pagos. Use lo que el reglamento prevé.",
                pt: "O convênio não recebe isto: em um os membros informam saldos, em outro ordenam-se pagamentos. Use o que a norma prevê.",
                en: "The arrangement does not take this: in some, members report balances, in others they order payments. Use what the rules say.",
                fr: "L'arrangement ne prend pas cela. Selon ses règles, on y déclare des soldes ou on y ordonne des paiements.",
            },
            Self::UnitValueFixed => Texts {
                es: "La unidad de cuenta no cambia de valor, o no hay ninguna. No hay valor que publicar.",
                pt: "A unidade de conta não muda de valor, ou não há nenhuma. Não há valor a publicar.",
                en: "The unit of account keeps its value, or there is none. There is no value to publish.",
                fr: "L'unité de compte garde sa valeur, ou il n'y en a pas. Il n'y a pas de valeur à publier.",
            },
            Self::PrefinancingLimit => Texts {
                es: "El miembro alcanzó su tope para abonar antes de la liquidación. El abono se hará cuando el saldo neto se haya liquidado.",
                pt: "O membro atingiu seu teto para pagar antes da liquidação. O crédito será feito quando o saldo líquido for liquidado.",
                en: "The member has reached its limit for paying out before settlement. The payee is paid when the net has settled.",
                fr: "Le membre a atteint son plafond de versements avant règlement. Le bénéficiaire sera payé quand le net sera réglé.",
            },
            Self::QueueFull => Texts {
                es: "La cola de la institución está llena. Espere a que se libere lugar o cancele órdenes que esperan.",
                pt: "A fila da instituição está cheia. Aguarde que haja lugar ou cancele ordens em espera.",
                en: "The queue of the institution is full. Wait until there is room, or cancel orders that are waiting.",
                fr: "La file de l'établissement est pleine. Attendez qu'une place se libère ou annulez des ordres en attente.",
            },
            Self::SharesExceedCap => Texts {
                es: "La suma de las partes pasaría el tope del miembro. Reduzca otra parte o deposite más fondos antes.",
                pt: "A soma das parcelas passaria o teto do membro. Reduza outra parcela ou deposite mais fundos antes.",
                en: "The sum of the shares would pass the member's cap. Lower another share, or deposit more first.",
                fr: "La somme des parts dépasserait le plafond du membre. Réduisez une autre part ou déposez davantage d'abord.",
            },
            Self::LimitNotInRulebook => Texts {
                es: "El reglamento no conoce esta clase de límite. Fije uno de los que conoce.",
                pt: "O regulamento não conhece esta classe de limite. Fixe um dos que conhece.",
                en: "The rulebook does not know this kind of limit. Set one that it knows.",
                fr: "Les règles ne connaissent pas ce genre de limite. Fixez-en une qu'elles connaissent.",
            },
            Self::EffectiveDatePast => Texts {
                es: "La fecha de vigencia ya pasó. Indique la fecha operativa de hoy o una posterior.",
                pt: "A data de vigência já passou. Indique a data de movimento de hoje ou uma posterior.",
                en: "The effective date lies in the past. Give today's business date or a later one.",
                fr: "La date d'effet est passée. Indiquez la date d'opération du jour ou une date ultérieure.",
            },
            Self::SpreadTooWide => Texts {
                es: "La compra y la venta de la cotización están invertidas o demasiado separadas. Acérquelas y publique de nuevo.",
                pt: "A compra e a venda da cotação estão invertidas ou afastadas demais. Aproxime-as e publique de novo.",
                en: "The buying and selling rates of the quote are reversed or too far apart. Bring them closer and publish again.",
                fr: "Les cours d'achat et de vente sont inversés ou trop éloignés. Rapprochez-les et publiez de nouveau.",
            },
            Self::RateOutOfRange => Texts {
                es: "La cotización está fuera de lo que una moneda puede valer aquí. Verifique la coma decimal y el sentido de la cotización.",
                pt: "A cotação está fora do que uma moeda pode valer aqui. Verifique a vírgula decimal e o sentido da cotação.",
                en: "The rate is beyond what a currency can be worth here. Check the decimal point and which way round the rate is.",
                fr: "Le taux dépasse ce qu'une monnaie peut valoir ici. Vérifiez la virgule décimale et le sens du taux.",
            },
            Self::RateNotInRulebook => Texts {
                es: "El reglamento no usa este tipo de cambio. Publique el de la moneda y la clase que usa.",
                pt: "O regulamento não usa esta taxa de câmbio. Publique a da moeda e da classe que usa.",
                en: "The rulebook does not use this rate. Publish the currency and the kind that it uses.",
                fr: "Les règles n'utilisent pas ce taux. Publiez celui de la monnaie et du genre qu'elles utilisent.",
            },
            Self::PrefundingInUse => Texts {
                es: "El depósito previo está en uso y no puede retirarse. Espere a que se libere o reduzca antes las partes.",
                pt: "O depósito prévio está em uso e não pode ser retirado. Aguarde que se libere ou reduza antes as parcelas.",
                en: "This prefunding is in use and cannot be withdrawn. Wait until it is free, or lower the shares first.",
                fr: "Ce dépôt préalable est utilisé et ne peut être retiré. Attendez qu'il se libère ou réduisez d'abord les parts.",
            },
            Self::MemberNotFlat => Texts {
                es: "El miembro aún debe, se le debe o tiene órdenes en espera. Liquide y cancele antes de salir.",
                pt: "O membro ainda deve, tem a receber ou tem ordens em espera. Liquide e cancele antes de sair.",
                en: "The member still owes, is owed, or has orders waiting. Settle and cancel before it leaves.",
                fr: "Le membre doit encore, est créancier ou a des ordres en attente. Réglez et annulez avant son départ.",
            },
            Self::PaymentState => Texts {
                es: "El estado del pago no admite esto. Consulte su estado y actúe según él.",
                pt: "O estado do pagamento não admite isto. Consulte o seu estado e aja conforme ele.",
                en: "The state of the payment does not admit this. Look up its state and act on that.",
                fr: "L'état du paiement ne l'admet pas. Consultez son état et agissez en conséquence.",
            },
            Self::InCycle => Texts {
                es: "El pago está en una ronda de optimización y por unos instantes no puede tocarse. Repita la solicitud al terminar la ronda.",
                pt: "O pagamento está numa rodada de otimização e por instantes não pode ser tocado. Repita o pedido ao fim da rodada.",
                en: "The payment is in an optimisation run and cannot be touched for a moment. Ask again when the run has ended.",
                fr: "Le paiement est dans une passe d'optimisation et ne peut être modifié pour l'instant. Redemandez à la fin de la passe.",
            },
            Self::Final => Texts {
                es: "El pago es firme y no puede deshacerse. Pida al beneficiario que lo devuelva.",
                pt: "O pagamento é definitivo e não pode ser desfeito. Peça ao beneficiário que o devolva.",
                en: "The payment is final and cannot be undone. Ask the payee to return it.",
                fr: "Le paiement est définitif et ne peut être défait. Demandez au bénéficiaire de le restituer.",
            },
            Self::ReturnExceeds => Texts {
                es: "La devolución supera lo que queda del pago original. Devuelva a lo sumo ese resto.",
                pt: "A devolução supera o que resta do pagamento original. Devolva no máximo esse resto.",
                en: "The return is more than what is left of the original payment. Return at most that.",
                fr: "Le retour dépasse ce qui reste du paiement d'origine. Restituez au plus ce reste.",
            },
            Self::ReturnTooLate => Texts {
                es: "El plazo para devolver este pago ha vencido. Haga un pago nuevo en sentido contrario.",
                pt: "O prazo para devolver este pagamento terminou. Faça um pagamento novo em sentido contrário.",
                en: "The time to return this payment is over. Make a new payment the other way.",
                fr: "Le délai de retour de ce paiement est écoulé. Faites un nouveau paiement en sens inverse.",
            },
            Self::NotABusinessDay => Texts {
                es: "La fecha no es un día hábil del convenio, o no es posterior al último. Abra el siguiente día hábil.",
                pt: "A data não é um dia útil do convênio, ou não é posterior ao último. Abra o dia útil seguinte.",
                en: "The date is not a business day of the arrangement, or not after the last one. Open the next business day.",
                fr: "La date n'est pas un jour ouvrable de l'accord, ou n'est pas postérieure au dernier. Ouvrez le jour ouvrable suivant.",
            },
            Self::DayIsOpen => Texts {
                es: "Hay un día operativo abierto. Espere a su cierre.",
                pt: "Há um dia de movimento aberto. Aguarde o seu encerramento.",
                en: "A business day is open. Wait until it has closed.",
                fr: "Une journée d'opération est ouverte. Attendez sa clôture.",
            },
            Self::ScheduleInvalid => Texts {
                es: "Al horario del día le falta un paso del reglamento, o sus pasos no están en orden. Complételo y ábralo de nuevo.",
                pt: "Ao horário do dia falta uma etapa do regulamento, ou suas etapas não estão em ordem. Complete-o e abra-o de novo.",
                en: "The schedule of the day lacks a step of the rulebook, or its steps are out of order. Complete it and open the day again.",
                fr: "Il manque une étape des règles à l'horaire du jour, ou ses étapes sont en désordre. Complétez-le et rouvrez la journée.",
            },
            Self::PayInFirst => Texts {
                es: "Nadie cobra antes de que todos los deudores hayan pagado. Espere los pagos que faltan.",
                pt: "Ninguém recebe antes que todos os devedores tenham pago. Aguarde os pagamentos que faltam.",
                en: "Nobody is paid before all debtors have paid in. Wait for the pay-ins that are missing.",
                fr: "Personne n'est payé avant que tous les débiteurs aient versé. Attendez les versements manquants.",
            },
            Self::LegMismatch => Texts {
                es: "El movimiento ya fue confirmado, o por otro importe. Compárelo con el extracto del agente.",
                pt: "O movimento já foi confirmado, ou por outro valor. Compare-o com o extrato do agente.",
                en: "The leg was confirmed before, or for another amount. Compare it with the agent's statement.",
                fr: "Le mouvement a déjà été confirmé, ou pour un autre montant. Comparez-le au relevé de l'agent.",
            },
            Self::NotSuspended => Texts {
                es: "El miembro no está suspendido. No hay nada que levantar.",
                pt: "O membro não está suspenso. Não há nada a levantar.",
                en: "The member is not suspended. There is nothing to lift.",
                fr: "Le membre n'est pas suspendu. Il n'y a rien à lever.",
            },
            Self::SettlementBlocked => Texts {
                es: "Las instrucciones de liquidación de un miembro suspendido están bloqueadas. Levante antes la suspensión.",
                pt: "As instruções de liquidação de um membro suspenso estão bloqueadas. Levante antes a suspensão.",
                en: "Settlement instructions of a suspended member are blocked. End the suspension first.",
                fr: "Les instructions de règlement d'un membre suspendu sont bloquées. Levez d'abord la suspension.",
            },
            Self::Screened => Texts {
                es: "El control propio del miembro rechazó la orden. Consulte con ese miembro.",
                pt: "O controle próprio do membro recusou a ordem. Consulte esse membro.",
                en: "The member's own screening refused the order. Ask that member.",
                fr: "Le contrôle propre du membre a refusé l'ordre. Adressez-vous à ce membre.",
            },
            Self::RunNotOpen => Texts {
                es: "La ronda de optimización de la propuesta no está abierta. Resuelva la siguiente ronda.",
                pt: "A rodada de otimização da proposta não está aberta. Resolva a próxima rodada.",
                en: "The optimisation run of the proposal is not open. Solve the next run.",
                fr: "La passe d'optimisation de la proposition n'est pas ouverte. Résolvez la passe suivante.",
            },
            Self::RunInstanceMismatch => Texts {
                es: "La propuesta se hizo para otra instancia que la congelada por la ronda. Resuelva lo que la ronda congeló.",
                pt: "A proposta foi feita para outra instância que a congelada pela rodada. Resolva o que a rodada congelou.",
                en: "The proposal was made for another instance than the run froze. Solve what the run froze.",
                fr: "La proposition a été faite pour une autre instance que celle figée par la passe. Résolvez ce que la passe a figé.",
            },
            Self::ProposalNotFrozen => Texts {
                es: "La propuesta nombra un pago no congelado, o uno dos veces. Se liquida lo que cabe por orden de llegada.",
                pt: "A proposta cita um pagamento não congelado, ou um duas vezes. Liquida-se o que cabe por ordem de chegada.",
                en: "The proposal names a payment that is not frozen, or one twice. What settles in order of entry clears instead.",
                fr: "La proposition nomme un paiement non figé, ou deux fois le même. Ce qui se règle par ordre d'arrivée est compensé.",
            },
            Self::ProposalBeyondHeadroom => Texts {
                es: "Con la propuesta una institución pagaría más que su margen. Se liquida lo que cabe por orden de llegada.",
                pt: "Com a proposta uma instituição pagaria mais que sua margem. Liquida-se o que cabe por ordem de chegada.",
                en: "Under the proposal an institution would pay more than its headroom. What settles in order of entry clears instead.",
                fr: "Avec la proposition un établissement dépasserait sa marge. Ce qui se règle par ordre d'arrivée est compensé.",
            },
            Self::ProposalOutOfOrder => Texts {
                es: "En la propuesta un pago urgente adelanta a otro anterior de su cola. Se liquida lo que cabe por orden de llegada.",
                pt: "Na proposta um pagamento urgente passa à frente de outro anterior de sua fila. Liquida-se o que cabe por ordem de chegada.",
                en: "In the proposal an urgent payment passes an earlier one of its queue. What settles in order of entry clears instead.",
                fr: "Dans la proposition un paiement urgent en dépasse un plus ancien. Ce qui se règle par ordre d'arrivée est compensé.",
            },
            Self::ProposalValue => Texts {
                es: "La propuesta no vale lo que dice, o dice más que su propia cota. Se liquida lo que cabe por orden de llegada.",
                pt: "A proposta não vale o que diz, ou diz mais que seu próprio limite. Liquida-se o que cabe por ordem de chegada.",
                en: "The proposal is not worth what it says, or says more than its own bound. What settles in order of entry clears instead.",
                fr: "La proposition ne vaut pas ce qu'elle dit, ou dit plus que sa borne. Ce qui se règle par ordre d'arrivée est compensé.",
            },
            Self::ProposalBelowFifo => Texts {
                es: "La propuesta vale menos que lo que cabe por orden de llegada. Se liquida esto último.",
                pt: "A proposta vale menos que o que cabe por ordem de chegada. Liquida-se este último.",
                en: "The proposal is worth less than what settles in order of entry. The latter clears instead.",
                fr: "La proposition vaut moins que ce qui se règle par ordre d'arrivée. C'est ce dernier qui est compensé.",
            },
            Self::IndexNotInRulebook => Texts {
                es: "El reglamento no paga intereses por ese índice. Publique uno de los que nombra.",
                pt: "O regulamento não paga juros por esse índice. Publique um dos que ele nomeia.",
                en: "The rulebook pays no interest by that index. Publish one that it names.",
                fr: "Les règles ne paient pas d'intérêts selon cet indice. Publiez-en un qu'elles nomment.",
            },
            Self::FundInUse => Texts {
                es: "El fondo respalda lo que se debe a los miembros y no puede retirarse. Retire menos o espere a que se pague.",
                pt: "O fundo garante o que se deve aos membros e não pode ser retirado. Retire menos ou aguarde o pagamento.",
                en: "The fund backs what members are owed and cannot be paid out. Take less, or wait until it is repaid.",
                fr: "Le fonds garantit ce qui est dû aux membres et ne peut être retiré. Retirez moins ou attendez le remboursement.",
            },
            Self::NotRenewable => Texts {
                es: "La línea no se renueva, o no tantas veces. Pague lo que vence.",
                pt: "A linha não se renova, ou não tantas vezes. Pague o que vence.",
                en: "The line does not renew, or not as often. Pay what falls due.",
                fr: "La ligne ne se renouvelle pas, ou pas autant de fois. Payez ce qui échoit.",
            },
            Self::ReserveLineUnknown => Texts {
                es: "El fondo de reserva no tiene esa línea para ese miembro, o no contra eso. Use una línea del reglamento.",
                pt: "O fundo de reserva não tem essa linha para esse membro, ou não contra isso. Use uma linha do regulamento.",
                en: "The reserve fund has no such line for that member, or not against that. Use a line of the rulebook.",
                fr: "Le fonds de réserve n'a pas cette ligne pour ce membre, ou pas contre cela. Utilisez une ligne du règlement.",
            },
            Self::NoContribution => Texts {
                es: "El miembro no ha aportado al fondo de reserva. Aporte antes de girar.",
                pt: "O membro não contribuiu para o fundo de reserva. Contribua antes de sacar.",
                en: "The member has not contributed to the reserve fund. Contribute before drawing.",
                fr: "Le membre n'a pas contribué au fonds de réserve. Contribuez avant de tirer.",
            },
            Self::TotalCeiling => Texts {
                es: "Supera el techo del miembro sobre todas las líneas. Gire menos, o pague antes lo que debe.",
                pt: "Ultrapassa o teto do membro sobre todas as linhas. Saque menos, ou pague antes o que deve.",
                en: "It would pass the member's ceiling across all lines. Draw less, or repay first.",
                fr: "Cela dépasse le plafond du membre toutes lignes confondues. Tirez moins, ou remboursez d'abord.",
            },
            Self::LineCeiling => Texts {
                es: "Supera la parte del techo que esta línea da al miembro. Gire menos, o use otra línea.",
                pt: "Ultrapassa a parte do teto que esta linha dá ao membro. Saque menos, ou use outra linha.",
                en: "It would pass the line's share of the member's ceiling. Draw less, or use another line.",
                fr: "Cela dépasse la part du plafond que cette ligne donne au membre. Tirez moins, ou utilisez une autre ligne.",
            },
            Self::DrawingOverdue => Texts {
                es: "El miembro debe una cuota vencida. Páguela antes.",
                pt: "O membro deve uma parcela vencida. Pague-a antes.",
                en: "The member owes an instalment whose day has passed. Pay it first.",
                fr: "Le membre doit un versement échu. Payez-le d'abord.",
            },
            Self::FundShort => Texts {
                es: "El fondo no tiene tanto. Gire menos, o espere aportes o reembolsos.",
                pt: "O fundo não tem tanto. Saque menos, ou aguarde contribuições ou reembolsos.",
                en: "The fund holds less than that. Draw less, or wait for contributions or repayments.",
                fr: "Le fonds détient moins que cela. Tirez moins, ou attendez des contributions ou des remboursements.",
            },
            Self::DrawingMismatch => Texts {
                es: "No hay tal giro, o el importe no es el suyo. Vea lo que se debe de él.",
                pt: "Não há tal saque, ou o valor não é o dele. Veja o que se deve dele.",
                en: "There is no such drawing, or the amount is not that of it. See what is owed on it.",
                fr: "Ce tirage n'existe pas, ou le montant n'est pas le sien. Voyez ce qui est dû à son titre.",
            },
            Self::NoCreditInRulebook => Texts {
                es: "El reglamento no tiene crédito ni fondo. Adopte antes una versión que los tenga.",
                pt: "O regulamento não tem crédito nem fundo. Adote antes uma versão que os tenha.",
                en: "The rulebook has no credit and no fund. Adopt a version that has them first.",
                fr: "Les règles n'ont ni crédit ni fonds. Adoptez d'abord une version qui en a.",
            },
            Self::NoticeTooShort => Texts {
                es: "El aviso de salida surte efecto antes de lo que permite el reglamento. Elija una fecha posterior.",
                pt: "O aviso de saída produz efeito antes do que o regulamento permite. Escolha uma data posterior.",
                en: "The notice would hold earlier than the rulebook allows. Choose a later date.",
                fr: "Le préavis prendrait effet plus tôt que les règles ne le permettent. Choisissez une date ultérieure.",
            },
            Self::NoticeRequired => Texts {
                es: "El reglamento exige un aviso previo: el miembro no sale de inmediato. Dé primero el aviso.",
                pt: "O regulamento exige aviso prévio: o membro não sai de imediato. Dê primeiro o aviso.",
                en: "The rulebook asks for notice: a member does not leave at once. Give notice first.",
                fr: "Les règles exigent un préavis : un membre ne sort pas immédiatement. Donnez d'abord un préavis.",
            },
            Self::NoticeGiven => Texts {
                es: "El miembro ya dio aviso de salida. Retírelo antes de dar otro.",
                pt: "O membro já deu aviso de saída. Retire-o antes de dar outro.",
                en: "The member has given notice already. Withdraw it before giving another.",
                fr: "Le membre a déjà donné son préavis. Retirez-le avant d'en donner un autre.",
            },
            Self::NoNotice => Texts {
                es: "No hay aviso de salida que retirar, o ya surtió efecto. Para volver, únase de nuevo después de salir.",
                pt: "Não há aviso de saída a retirar, ou já produziu efeito. Para voltar, adira de novo depois de sair.",
                en: "There is no notice to withdraw, or it holds already. To come back, join again after leaving.",
                fr: "Il n'y a pas de préavis à retirer, ou il a déjà pris effet. Pour revenir, adhérez de nouveau après la sortie.",
            },
            Self::MemberLeaving => Texts {
                es: "El miembro está saliendo: nada nuevo se hace a su nombre. Use otra vía para este pago.",
                pt: "O membro está saindo: nada de novo se faz em seu nome. Use outra via para este pagamento.",
                en: "The member is leaving: nothing new is in its name. Use another way for this payment.",
                fr: "Le membre est en train de sortir : rien de nouveau ne se fait à son nom. Utilisez une autre voie pour ce paiement.",
            },
            Self::DayNotOpen => Texts {
                es: "No hay ningún día hábil abierto. Espere a que se abra uno.",
                pt: "Não há dia útil aberto. Aguarde a abertura de um.",
                en: "No business day is open. Wait until one is.",
                fr: "Aucun jour ouvrable n'est ouvert. Attendez qu'un le soit.",
            },
            Self::StepPassed => Texts {
                es: "Ese momento del día ya pasó o no existe. Elija uno posterior.",
                pt: "Esse momento do dia já passou ou não existe. Escolha um posterior.",
                en: "That moment of the day has passed, or there is none. Choose a later one.",
                fr: "Ce moment de la journée est passé ou n'existe pas. Choisissez-en un plus tardif.",
            },
            Self::MoveTooFar => Texts {
                es: "El operador no puede moverlo tanto, ni a esa fecha. Elija un plazo más corto.",
                pt: "O operador não pode movê-lo tanto, nem para essa data. Escolha um prazo mais curto.",
                en: "The operator may not move it as far, or not to that date. Choose less.",
                fr: "L'exploitant ne peut pas le déplacer autant, ni à cette date. Choisissez moins.",
            },
            Self::ConsentMissing => Texts {
                es: "El miembro no ha consentido que el operador ingrese pagos por sus instituciones. Pídale antes su consentimiento.",
                pt: "O membro não consentiu que o operador insira pagamentos por suas instituições. Peça antes o consentimento.",
                en: "The member has not consented that the operator enters payments for its institutions. Ask for its consent first.",
                fr: "Le membre n'a pas consenti à ce que l'exploitant saisisse pour ses établissements. Demandez d'abord son accord.",
            },
            Self::NothingMissing => Texts {
                es: "No falta ningún pago al ciclo, o su plazo no ha vencido. Espere a que venza.",
                pt: "Não falta nenhum pagamento ao ciclo, ou seu prazo não venceu. Aguarde o vencimento.",
                en: "No pay-in of the cycle is missing, or its time is not over. Wait until it is.",
                fr: "Aucun versement ne manque au cycle, ou son délai n'est pas échu. Attendez l'échéance.",
            },
            Self::InArrears => Texts {
                es: "El miembro tiene atrasos: no envía ni retira nada. Espere a que los pague.",
                pt: "O membro está em atraso: não envia nem retira nada. Espere até que pague.",
                en: "The member is in arrears: it sends and takes back nothing. Wait until they are paid.",
                fr: "Le membre a des arriérés. Il n'envoie et ne retire rien. Attendez qu'ils soient payés.",
            },
            Self::ProRataExhausted => Texts {
                es: "Hay tantos ciclos con atrasos como admite el reglamento. Decida el consejo antes de completar otro.",
                pt: "Há tantos ciclos em atraso quantos o regulamento admite. O conselho decide antes de completar outro.",
                en: "As many cycles are in arrears as the rulebook allows. The council decides before another is completed.",
                fr: "Autant de cycles ont des arriérés que les règles le permettent. Le conseil décide avant d'en compléter un autre.",
            },
            Self::NoCompletionRule => Texts {
                es: "El reglamento no tiene un cumplimiento que la cámara ejecute. Resuelva el incumplimiento fuera de ella.",
                pt: "O regulamento não tem uma conclusão que a câmara execute. Resolva o inadimplemento fora dela.",
                en: "The rulebook has no completion that the house carries out. Work the default outside of it.",
                fr: "Les règles n'ont pas d'achèvement que la chambre exécute. Traitez la défaillance en dehors d'elle.",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_refusal_has_a_text_of_its_own_in_each_language() {
        for language in Language::ALL {
            let texts: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.text(language)).collect();
            assert_eq!(texts.len(), Refusal::ALL.len(), "{language:?}");
        }
        for refusal in Refusal::ALL {
            let texts: BTreeSet<&str> = Language::ALL.into_iter().map(|language| refusal.text(language)).collect();
            assert_eq!(texts.len(), Language::ALL.len(), "{refusal:?}");
        }
    }

    #[test]
    fn every_text_says_what_was_wrong_and_what_to_do() {
        for refusal in Refusal::ALL {
            for language in Language::ALL {
                let text = refusal.text(language);
                assert!(text.ends_with('.'), "{text}");
                assert_eq!(text.trim(), text);
                assert!(text.split_terminator(". ").count() >= 2, "what was wrong, and what to do: {text}");
                assert!(text.chars().count() <= 140, "{text}");
            }
        }
    }

    #[test]
    fn french_puts_no_breakable_blank_before_its_colon_and_semicolon() {
        for refusal in Refusal::ALL {
            let text = refusal.text(Language::Fr);
            assert!(!text.contains(" :") && !text.contains(" ;"), "{text}");
        }
    }

    #[test]
    fn codes_of_languages_lead_back() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("ES"), None);
        assert_eq!(Language::from_code(""), None);
    }
}
