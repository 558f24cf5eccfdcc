//! The organization chart as SVG: from left to right, each department beside the middle of those below it.

use std::fmt::Write;

/// A department in the chart.
pub(super) struct Box {
    /// What is written in it.
    pub(super) name: String,
    /// How many people it has, when that was asked.
    pub(super) people: Option<u64>,
    /// How many departments right below it are left out.
    pub(super) hidden: usize,
    /// Those right below it.
    pub(super) below: Vec<Box>,
}

/// Measures in pixels: of a line of text, of a box, between boxes, and around it all.
const LINE: usize = 14;
const HEIGHT: usize = 44;
const ACROSS: usize = 48;
const DOWN: usize = 12;
const MARGIN: usize = 16;

/// Draws a chart.
pub(super) fn draw(top: &Box) -> String {
    let mut widths = Vec::new();
    measure(top, 0, &mut widths);
    let lefts: Vec<usize> = widths
        .iter()
        .scan(MARGIN, |left, width| Some(std::mem::replace(left, *left + width + ACROSS)))
        .collect();
    let mut body = String::new();
    let mut next = MARGIN;
    place(top, 0, (&lefts, &widths), &mut next, &mut body);
    let right = lefts.last().zip(widths.last()).map_or(0, |(left, width)| left + width) + MARGIN;
    let bottom = next - DOWN + MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {right} {bottom}\" width=\"{right}\" height=\"{bottom}\" \
         font-family=\"'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif\" font-size=\"{LINE}\">\
         <title>{}</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{body}</svg>",
        escaped(&top.name)
    )
}

/// The widest box of each level.
fn measure(one: &Box, level: usize, widths: &mut Vec<usize>) {
    if widths.len() == level {
        widths.push(0);
    }
    let wide = one.name.chars().map(|c| if c.is_ascii() { LINE * 6 / 10 } else { LINE }).sum::<usize>() + 24;
    widths[level] = widths[level].max(wide).max(96);
    one.below.iter().for_each(|below| measure(below, level + 1, widths));
}

/// Places a box and those below it, and gives the middle of its side.
fn place(
    one: &Box,
    level: usize,
    (lefts, widths): (&[usize], &[usize]),
    next: &mut usize,
    body: &mut String,
) -> usize {
    let middles: Vec<usize> =
        one.below.iter().map(|below| place(below, level + 1, (lefts, widths), next, body)).collect();
    let middle = if let (Some(first), Some(last)) = (middles.first(), middles.last()) {
        usize::midpoint(*first, *last)
    } else {
        std::mem::replace(next, *next + HEIGHT + DOWN) + HEIGHT / 2
    };
    let (left, width) = (lefts[level], widths[level]);
    for below in &middles {
        let (right, bend) = (left + width, left + width + ACROSS / 2);
        let end = right + ACROSS;
        // Writing to a string does not fail.
        let _ = write!(
            body,
            "<path d=\"M{right} {middle}H{bend}V{below}H{end}\" fill=\"none\" stroke=\"#b8c0cc\"/>"
        );
    }
    let (top, center) = (middle - HEIGHT / 2, left + width / 2);
    let second = match (one.people, one.hidden) {
        (None, 0) => String::new(),
        (Some(people), 0) => people.to_string(),
        (None, hidden) => format!("+{hidden}"),
        (Some(people), hidden) => format!("{people} · +{hidden}"),
    };
    let name = if second.is_empty() { middle + LINE / 3 } else { middle - 3 };
    let _ = write!(
        body,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"6\" fill=\"#f4f7fb\" stroke=\"#7a8ba5\"/>\
         <text x=\"{center}\" y=\"{name}\" text-anchor=\"middle\" fill=\"#1d2733\">{}</text>",
        escaped(&one.name)
    );
    if !second.is_empty() {
        let y = middle + LINE;
        let _ = write!(
            body,
            "<text x=\"{center}\" y=\"{y}\" text-anchor=\"middle\" fill=\"#5b6b82\" font-size=\"12\">{second}</text>"
        );
    }
    middle
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, below: Vec<Box>) -> Box {
        Box { name: name.to_owned(), people: Some(3), hidden: 0, below }
    }

    #[test]
    fn a_department_stands_beside_the_middle_of_those_below_it() {
        let drawn = draw(&one("甲 & 乙", vec![one("一部", vec![]), one("二部", vec![])]));
        assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>"));
        assert_eq!(drawn.matches("<rect x=").count(), 3);
        assert!(drawn.contains("<title>甲 &amp; 乙</title>"));
        // Two boxes of 44 with 12 between them: their middles are at 38 and 94, and half-way is 66.
        assert_eq!(drawn.matches("M112 66H").count(), 2);
        assert!(drawn.contains("V38H") && drawn.contains("V94H"));
    }
}
