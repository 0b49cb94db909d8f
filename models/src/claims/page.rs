//! The page of all claims, in two languages.

use std::fmt::Write;

use pod_lifecycle::KUBERNETES;

use super::{Claim, GROUPS, Heard, Hearing, Judge, Shows};

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese.
    Chinese,
}

/// A claim in Chinese, and the English text that was translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// Its identifier.
    pub id: &'static str,
    /// The sentence and the reason, as they were when they were translated.
    pub english: [&'static str; 2],
    /// The sentence and the reason in Chinese.
    pub chinese: [&'static str; 2],
}

/// Every claim in Chinese, in the order of the file.
#[must_use]
pub fn translations() -> Vec<Translation> {
    let blocks = include_str!("zh.txt").split("\n\n").skip(1);
    let block = |block: &'static str| {
        let mut lines = block.lines();
        let id = lines.next()?;
        let mut next = |language: &str| lines.next()?.strip_prefix(language)?.strip_prefix(' ');
        let (says, in_chinese) = (next("en")?, next("zh")?);
        let (because, why) = (next("en")?, next("zh")?);
        Some(Translation { id, english: [says, because], chinese: [in_chinese, why] })
    };
    blocks.filter_map(block).collect()
}

/// The words of a page.
struct Words {
    title: &'static str,
    about: &'static str,
    columns: &'static str,
    rules: &'static str,
    judge: &'static str,
    colon: &'static str,
    stop: &'static str,
    by_rule: &'static str,
    groups: [&'static str; 6],
}

const ENGLISH: Words = Words {
    title: "What people say about Pods",
    about: "Each sentence has a verdict for Kubernetes {kubernetes}: *true*, *false*, or *cond*, true under a condition that the \
            sentence does not name.\nA judge is a formula over a model, or over every case of a machine, asked each time that \
            this page is made; it shows where the\nsentence fails or holds. What no model and no machine can tell is settled by its \
            rules alone and says so. `podlife claims ID`\nshows the steps, `podlife rules ID` a rule.",
    columns: "| claim | verdict | sentence |",
    rules: "Rules",
    judge: "Judge",
    colon: ": ",
    stop: ". ",
    by_rule: "none; settled by rule",
    groups: [
        "Phases",
        "Deletion: the API server",
        "Deletion: the node",
        "Restarts and scheduling",
        "Controllers",
        "A well-known tutorial",
    ],
};

const CHINESE: Words = Words {
    title: "人们关于 Pod 的说法",
    about: "每个说法都有针对 Kubernetes {kubernetes} 的判定：**true** 成立，**false** 不成立，**cond** 只在说法没有提到的某个条件下成立。\n\
            判定者是模型上的公式，或对一个状态机所有情形的枚举，每次生成本页时都会重新判定，并给出说法失败或成立之处。\n\
            没有模型也没有状态机能判定的，仅由规则裁定，并如实注明。图由模型生成，其中的文字是英文。\n\
            `podlife claims ID` 显示步骤，`podlife rules ID` 显示规则。",
    columns: "| 编号 | 判定 | 说法 |",
    rules: "规则",
    judge: "判定者",
    colon: "：",
    stop: "。",
    by_rule: "无；由规则裁定",
    groups: ["阶段", "删除：API 服务器", "删除：节点", "重启与调度", "控制器", "一份流传很广的教程"],
};

impl Language {
    const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }

    const fn shows(self, shows: Shows) -> &'static str {
        match (self, shows) {
            (Self::English, shows) => shows.as_str(),
            (Self::Chinese, Shows::Counterexample) => "反例",
            (Self::Chinese, Shows::Instance) => "它会发生",
            (Self::Chinese, Shows::AtStake) => "这里涉及到它；处处成立",
            (Self::Chinese, Shows::Provided) => "在该条件下成立，如这里",
            (Self::Chinese, Shows::Tried) => "这里尝试过；从不发生",
            (Self::Chinese, Shows::Never) => "在这样的运行中它永远不会完成",
        }
    }

    /// The sentence and the reason. Without a translation there is none to show.
    fn texts(self, claim: &Claim, translations: &[Translation]) -> [&'static str; 2] {
        match self {
            Self::English => [claim.says, claim.because],
            Self::Chinese => translations
                .iter()
                .find(|translation| translation.id == claim.id)
                .map(|translation| translation.chinese)
                .unwrap_or_default(),
        }
    }
}

/// The page as Markdown.
#[must_use]
pub fn page(hearing: &Hearing, language: Language) -> String {
    let words = language.words();
    let translations = translations();
    let about = words.about.replace("{kubernetes}", KUBERNETES);
    let mut text = format!("# {}\n\n{about}\n\n{}\n| --- | --- | --- |\n", words.title, words.columns);
    // Writing to a string cannot fail.
    for Heard { claim, .. } in &hearing.heard {
        let [says, _] = language.texts(claim, &translations);
        let anchor = claim.id.to_lowercase();
        let _ = writeln!(text, "| [{}](#{anchor}) | {} | {says} |", claim.id, claim.verdict);
    }
    for (group, title) in GROUPS.iter().zip(words.groups) {
        let _ = writeln!(text, "\n## {title}");
        let of = |heard: &&Heard| group.claims.iter().any(|claim| claim.id == heard.claim.id);
        for heard in hearing.heard.iter().filter(of) {
            entry(&mut text, heard, language, &translations);
        }
    }
    text
}

fn entry(text: &mut String, heard: &Heard, language: Language, translations: &[Translation]) {
    let words = language.words();
    let Heard { claim, judged } = heard;
    let [says, because] = language.texts(claim, translations);
    let rules: Vec<_> = claim.rules.iter().map(ToString::to_string).collect();
    let judge = match claim.judge {
        Judge::Rule => words.by_rule.to_owned(),
        Judge::Api(_)
        | Judge::Pod(_)
        | Judge::Phase(_)
        | Judge::Kill(_)
        | Judge::Identity(_)
        | Judge::Machine(_)
        | Judge::Live { .. } => claim.judge.name(),
    };
    let Words { colon, stop, .. } = *words;
    let end = stop.trim_end();
    let rules = rules.join(", ");
    let _ = writeln!(
        text,
        "\n### {}\n\n> {says}\n\n**{}**{colon}{because}{stop}{}{colon}{rules}{stop}{}{colon}{judge}{end}",
        claim.id, claim.verdict, words.rules, words.judge,
    );
    for evidence in judged.iter().flat_map(|judged| &judged.evidence) {
        let shows = language.shows(evidence.shows);
        let _ = writeln!(text, "\n{shows}{}\n\n```mermaid\n{}```", colon.trim_end(), evidence.mermaid());
    }
}
