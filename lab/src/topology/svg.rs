//! A topology as a picture: a box per operator, its functions in it, the legs between them.
use super::Topology;
use crate::places::{Places, Role, Site, leg_between};
use std::fmt::Write as _;

const WIDTH: usize = 220;
const LINE: usize = 34;
const HEAD: usize = 46;
const GAP: usize = 70;
const COLUMNS: usize = 3;

/// Where a function is drawn.
struct Drawn {
    site: Site,
    x: usize,
    y: usize,
}

/// The picture, as the text of an SVG file.
pub fn draw(topology: &Topology, places: &Places) -> String {
    let mut boxes = String::new();
    let mut drawn: Vec<Drawn> = Vec::new();
    let spots = places.spots();
    let machines: Vec<_> = spots.iter().filter(|s| s.operator == usize::MAX).collect();
    let mut groups = vec![("machines".to_owned(), machines)];
    for (i, o) in topology.operators.iter().enumerate() {
        let plmns: Vec<_> = o.plmns.iter().map(ToString::to_string).collect();
        let mine = spots.iter().filter(|s| s.operator == i).collect();
        groups.push((format!("{} {}", o.name, plmns.join(", ")), mine));
    }
    let (mut x, mut y, mut row) = (GAP / 2, GAP / 2, 0);
    for (n, (name, mine)) in groups.iter().enumerate() {
        if n > 0 && n % COLUMNS == 0 {
            (x, y, row) = (GAP / 2, y + row + GAP, 0);
        }
        let height = HEAD + LINE * mine.len();
        let _ = writeln!(
            boxes,
            "<rect x='{x}' y='{y}' width='{WIDTH}' height='{height}' rx='8' class='operator'/>\n\
             <text x='{}' y='{}' class='name'>{}</text>",
            x + 12,
            y + 24,
            name.trim_end()
        );
        for (k, s) in mine.iter().enumerate() {
            let top = y + HEAD - 8 + LINE * k;
            let _ = writeln!(
                boxes,
                "<rect x='{}' y='{top}' width='{}' height='26' rx='4' class='function'/>\n\
                 <text x='{}' y='{}'>{} {}</text>",
                x + 12,
                WIDTH - 24,
                x + 20,
                top + 18,
                s.site,
                places.ip(s.site)
            );
            drawn.push(Drawn {
                site: s.site,
                x: x + WIDTH / 2,
                y: top + 13,
            });
        }
        row = row.max(height);
        x += WIDTH + GAP;
    }
    let (width, height) = (COLUMNS * (WIDTH + GAP), y + row + GAP / 2);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' \
         font-family='sans-serif' font-size='13'>\n\
         <style>.operator{{fill:#f4f6f8;stroke:#567}} .function{{fill:#fff;stroke:#9ab}} \
         .name{{font-weight:bold}} line{{stroke:#c60;stroke-opacity:.45}}</style>\n\
         {}{boxes}</svg>\n",
        lines(&drawn)
    )
}

/// A line for each leg that two functions have with each other.
fn lines(drawn: &[Drawn]) -> String {
    let mut out = String::new();
    for (i, a) in drawn.iter().enumerate() {
        for b in drawn.iter().skip(i + 1) {
            // functions of different registration or home operators have nothing to say
            let apart = a.site.n != b.site.n && !meets_all(a.site.role) && !meets_all(b.site.role);
            let leg = leg_between(a.site.role, b.site.role);
            if leg.name == "other" || apart {
                continue;
            }
            let _ = writeln!(
                out,
                "<line x1='{}' y1='{}' x2='{}' y2='{}'><title>{}</title></line>",
                a.x, a.y, b.x, b.y, leg.what
            );
        }
    }
    out
}

/// True for functions that speak to all of a kind, whoever's they are.
fn meets_all(role: Role) -> bool {
    matches!(
        role,
        Role::Sgsn | Role::Pva | Role::Dra | Role::Stp | Role::GsupProxy | Role::Sho
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Layout;

    #[test]
    fn every_function_and_its_legs_are_drawn() {
        let layout = Layout {
            vnos: 2,
            ..Layout::USUAL
        };
        let topology = layout.topology();
        let places = Places::new(0, &topology, 1);
        let svg = draw(&topology, &places);
        for s in places.spots() {
            assert!(svg.contains(&places.ip(s.site).to_string()), "{}", s.site);
        }
        // two SGSNs with an ICF, an HLR and two GGSNs each
        let count = |leg: &str| svg.matches(leg).count();
        assert_eq!(count("SGSN - ICF"), 2);
        assert_eq!(count("SGSN - GGSNs"), 4);
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    }
}
