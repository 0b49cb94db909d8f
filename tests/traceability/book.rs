//! The book: every page is in its summary, and every link leads somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::{files, name, read, root};

/// The targets of the links of a text, outside of its code.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        // Every other piece is between backticks.
        for piece in line.split('`').step_by(2) {
            let targets = piece.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            found.extend(targets.map(|(target, _)| target.to_owned()));
        }
    }
    found
}

/// The anchor of a heading, as `GitHub` and `mdBook` make it.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter);
    heading
        .to_lowercase()
        .chars()
        .filter(kept)
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

/// What is wrong with a link of this page, if something is.
fn broken(page: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, fragment) = link.split_once('#').map_or((link, None), |(file, rest)| (file, Some(rest)));
    let target = if file.is_empty() { page.to_owned() } else { plain(&page.parent().unwrap().join(file)) };
    if !target.exists() {
        return Some(format!("{} links to {link}, which is not there", name(page)));
    }
    let fragment = fragment.filter(|_| target.extension().is_some_and(|ending| ending == "md"))?;
    let known = anchors(&read(&target)).contains(fragment);
    (!known).then(|| format!("{} links to {link}, a heading that is not there", name(page)))
}

#[test]
fn every_link_resolves() {
    let mut count = 0;
    for page in files("", ".md") {
        for link in links(&read(&page)) {
            assert_eq!(broken(&page, &link), None);
            count += 1;
        }
    }
    assert!(count > 100, "{count} links");
}

#[test]
fn the_summary_lists_every_page() {
    let summary = root().join("docs/SUMMARY.md");
    let listed: BTreeSet<PathBuf> =
        links(&read(&summary)).iter().map(|link| root().join("docs").join(link)).collect();
    let pages: BTreeSet<PathBuf> = files("docs", ".md").into_iter().filter(|page| *page != summary).collect();
    assert_eq!(listed, pages, "docs/SUMMARY.md and the pages of docs/ differ");
}

/// Neither test is blind.
#[test]
fn a_broken_link_is_found() {
    let page = root().join("docs/SUMMARY.md");
    let text = "[a](lasso.md) `[b](none.md)` [c](none.md#x), [d](lasso.md#none)\n```\n[e](none.md)\n```\n";
    assert_eq!(links(text), ["lasso.md", "none.md#x", "lasso.md#none"]);
    assert_eq!(broken(&page, "lasso.md"), None);
    assert_eq!(broken(&page, "lasso.md#how-to-read-a-lasso"), None);
    assert!(broken(&page, "none.md").is_some() && broken(&page, "lasso.md#none").is_some());
    assert!(broken(&page, "../README.md").is_none() && broken(&page, "../none.md").is_some());
}
