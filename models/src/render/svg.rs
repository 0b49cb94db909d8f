//! A path as an SVG sequence diagram, for a page that has no Mermaid.

use std::fmt::Write;

use super::{Told, names};

/// Between two lifelines.
const COLUMN: usize = 170;
/// Between two messages, and for each line of what has changed.
const ROW: usize = 34;
const LINE: usize = 15;
/// Left of the first lifeline, and above the first message.
const MARGIN: usize = 90;
const HEAD: usize = 50;

const STYLE: &str = "text{font:12px sans-serif;fill:#111}.who{font-weight:bold}.note{fill:#555;font-size:11px}\
                     line{stroke:#999}.message{stroke:#1f5fbf;stroke-width:1.5}.head{fill:#1f5fbf}";

/// Renders a path: a lifeline an actor, an arrow a step, below it what has changed. Each step has class `step`.
#[must_use]
pub fn svg(path: &[Told]) -> String {
    let names = names(&path.iter().collect::<Vec<_>>());
    let x = |name: &str| MARGIN + COLUMN * names.iter().position(|known| *known == name).unwrap_or(0);
    let rows: Vec<usize> = path.iter().map(|step| ROW + LINE * step.changes.len()).collect();
    // Texts begin at their lifeline and need room to its right.
    let width = MARGIN + COLUMN * names.len().max(1) + 330;
    let height = HEAD + rows.iter().sum::<usize>() + ROW;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" style=\"background:#fff\">\
         <style>{STYLE}</style>"
    );
    for name in &names {
        let x = x(name);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "<text class=\"who\" x=\"{x}\" y=\"20\" text-anchor=\"middle\">{}</text>\
             <line x1=\"{x}\" y1=\"28\" x2=\"{x}\" y2=\"{}\"/>",
            escape(name),
            height - ROW / 2
        );
    }
    let mut y = HEAD;
    for ((number, step), row) in (1..).zip(path).zip(&rows) {
        let (from, to) = (x(step.from), x(step.to));
        let _ = write!(text, "<g class=\"step\">");
        arrow(&mut text, from, to, y + 14);
        let left = from.min(to) + 6;
        let _ = write!(text, "<text x=\"{left}\" y=\"{}\">{number}. {}</text>", y + 9, escape(&step.says));
        for (place, change) in (1..).zip(&step.changes) {
            let y = y + 14 + LINE * place;
            let _ =
                write!(text, "<text class=\"note\" x=\"{}\" y=\"{y}\">{}</text>", left + 12, escape(change));
        }
        text.push_str("</g>");
        y += row;
    }
    text.push_str("</svg>");
    text
}

/// From one lifeline to another, or a mark on one.
fn arrow(text: &mut String, from: usize, to: usize, y: usize) {
    if from == to {
        let _ = write!(text, "<circle class=\"head\" cx=\"{to}\" cy=\"{y}\" r=\"3\"/>");
        return;
    }
    let back = if from < to { to - 8 } else { to + 8 };
    let _ = write!(
        text,
        "<line class=\"message\" x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\"/>\
         <polygon class=\"head\" points=\"{to},{y} {back},{} {back},{}\"/>",
        y - 4,
        y + 4
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
