//! A plan as a picture: the share turned away over the number of PCIDs, by formula and by
//! simulation.
use super::{Fleet, Plan, erlang_b};
use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 60.0;

/// The text of an SVG file.
pub fn draw(fleet: &Fleet, plan: &Plan) -> String {
    let sizes: Vec<f64> = plan.rows.iter().map(|r| f64::from(r.pcids)).collect();
    let (first, last) = match (sizes.first(), sizes.last()) {
        (Some(a), Some(b)) if a < b => (*a, *b),
        (Some(a), _) => (*a - 1.0, *a + 1.0),
        _ => (0.0, 1.0),
    };
    let lowest = plan
        .rows
        .iter()
        .map(|r| r.erlang)
        .chain([fleet.blocking])
        .fold(1.0_f64, f64::min);
    let decades = (-lowest.max(1e-9).log10()).ceil().max(1.0);
    let x = |c: f64| LEFT + (c - first) / (last - first) * (WIDTH - LEFT - RIGHT);
    let y = |share: f64| {
        let down = (-share.max(10f64.powf(-decades)).log10() / decades).clamp(0.0, 1.0);
        TOP + down * (HEIGHT - TOP - BOTTOM)
    };
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' \
         font-family='sans-serif' font-size='13'>\n\
         <style>.grid{{stroke:#ddd}} .formula{{fill:none;stroke:#06c;stroke-width:2}} \
         .run{{stroke:#c60;fill:#c60}} .limit{{stroke:#a00;stroke-dasharray:6 4}}</style>\n\
         <rect width='{WIDTH}' height='{HEIGHT}' fill='#fff'/>\n\
         <text x='{LEFT}' y='24' font-weight='bold'>{} devices, {:.2} erlangs: {} PCIDs</text>\n",
        fleet.devices, plan.offered, plan.needed
    );
    for d in 0..=decades as i32 {
        let share = 10f64.powi(-d);
        let at = y(share);
        let _ = writeln!(
            out,
            "<line class='grid' x1='{LEFT}' x2='{:.1}' y1='{at:.1}' y2='{at:.1}'/>\
             <text x='{:.1}' y='{:.1}' text-anchor='end'>{share}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0
        );
    }
    for row in &plan.rows {
        let _ = writeln!(
            out,
            "<text x='{:.1}' y='{:.1}' text-anchor='middle'>{}</text>",
            x(f64::from(row.pcids)),
            HEIGHT - BOTTOM + 20.0,
            row.pcids
        );
    }
    let _ = writeln!(
        out,
        "<text x='{:.1}' y='{:.1}' text-anchor='middle'>PCIDs</text>\
         <text x='{:.1}' y='{:.1}' text-anchor='end' fill='#06c'>Erlang B</text>\
         <text x='{:.1}' y='{:.1}' text-anchor='end' fill='#c60'>simulated, 95 %</text>",
        (WIDTH + LEFT) / 2.0,
        HEIGHT - 14.0,
        WIDTH - RIGHT,
        24.0,
        WIDTH - RIGHT,
        42.0
    );
    let limit = y(fleet.blocking);
    let _ = writeln!(
        out,
        "<line class='limit' x1='{LEFT}' x2='{:.1}' y1='{limit:.1}' y2='{limit:.1}'/>",
        WIDTH - RIGHT
    );
    let points: Vec<String> = (first as u32..=last as u32)
        .map(|c| {
            let c = c.max(1);
            let share = erlang_b(plan.offered, c);
            format!("{:.1},{:.1}", x(f64::from(c)), y(share))
        })
        .collect();
    let _ = writeln!(
        out,
        "<polyline class='formula' points='{}'/>",
        points.join(" ")
    );
    for row in &plan.rows {
        let at = x(f64::from(row.pcids));
        let s = row.simulated;
        let (mid, low, high) = (y(s.share), y(s.share - s.within), y(s.share + s.within));
        let _ = writeln!(
            out,
            "<line class='run' x1='{at:.1}' x2='{at:.1}' y1='{low:.1}' y2='{high:.1}'/>\
             <circle class='run' cx='{at:.1}' cy='{mid:.1}' r='4'/>"
        );
    }
    out.push_str("</svg>\n");
    out
}
