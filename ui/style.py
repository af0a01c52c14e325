"""The few rules of style that Streamlit has no setting for; all colours come from its theme."""

import streamlit as st

from analysis.figures.palette import Theme

RULES = """
<style>
.stMainBlockContainer { padding: 2.2rem 3rem 4rem; max-width: 1360px; }
.stAppHeader { background: transparent; height: 2.4rem; min-height: 0; pointer-events: none; }
.stAppHeader button { pointer-events: auto; }
.stSidebar [data-testid="stSidebarHeader"] { height: 2.2rem; }
.stMainBlockContainer h2 { font-size: 1.55rem; padding: 0 0 .2rem; }
.an-lead { font-size: 1.22rem; line-height: 1.5; max-width: 46rem; margin: 0 0 .4rem; text-wrap: pretty; }
.an-plain { font-size: .95rem; line-height: 1.5; max-width: 46rem; margin: 0; text-wrap: pretty; }
.an-quiet { opacity: .68; font-size: .875rem; line-height: 1.45; max-width: 46rem; margin: 0; overflow-wrap: anywhere; }
.stHtml .an-quiet a { color: inherit; cursor: pointer; font-weight: 600; text-decoration: underline; }
.an-note { border-left: 3px solid currentColor; padding: .1rem 0 .1rem .8rem; max-width: 46rem; line-height: 1.5; }
.an-note.bad { border-color: #c2410c; }
.an-note.plain { border-color: rgba(128, 128, 128, .5); }
.an-title { font-size: 1.06rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
.an-lead, .an-plain, .an-note { overflow-wrap: anywhere; }
.an-title.small { font-size: .92rem; }
.an-sub { text-transform: none; letter-spacing: 0; font-size: .78rem; opacity: .6; margin: .9rem 0 .1rem; }
.an-text { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; line-height: 1.5; max-height: 6.2rem;
  overflow-y: auto; margin: 0; }
.an-dot { display: inline-block; width: .68rem; height: .68rem; border-radius: 50%; margin-right: .5rem; }
.an-box { container-type: inline-size; }
.an-numbers { display: grid; max-width: 48rem; gap: .28rem; font-size: .88rem; line-height: 1.5; }
.an-numbers .row { display: grid; grid-template-columns: 8.2rem 4.8rem 7.6rem minmax(7rem, 1fr) 4.2rem;
  align-items: center; column-gap: .5rem; }
.an-numbers .name { color: inherit; text-decoration: none; cursor: pointer; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
.an-numbers .name:hover { text-decoration: underline; }
.an-numbers .value { display: grid; grid-template-columns: 1fr 2.2rem; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.an-numbers .value span:first-child { text-align: right; }
.an-numbers .interval, .an-numbers .tail { opacity: .68; font-variant-numeric: tabular-nums; white-space: nowrap;
  font-size: .82rem; }
.an-numbers .why { grid-column: 2 / -1; overflow-wrap: anywhere; }
.an-numbers .grey { color: #8b929c; }
.an-numbers .grey .interval, .an-numbers .grey .tail { opacity: 1; }
.an-numbers .grey .tail { white-space: normal; line-height: 1.15; }
.an-numbers .strip { display: grid; grid-template-columns: 1.9rem 1fr 1.9rem; column-gap: .55rem; align-items: center; }
.an-numbers .strip > i { font-style: normal; font-size: .72rem; opacity: .6; font-variant-numeric: tabular-nums; }
.an-numbers .strip > i:first-child { text-align: right; }
.an-numbers .scale { position: relative; height: 1.1rem; }
.an-numbers .scale::before { content: ""; position: absolute; left: 0; right: 0; top: 50%;
  border-top: 1px solid rgba(128, 128, 128, .35); }
.an-numbers .scale i { position: absolute; top: 50%; }
.an-numbers .chance { height: .8rem; margin-top: -.4rem; opacity: .38; }
.an-numbers .range { height: 4px; margin-top: -2px; border-radius: 2px; }
.an-numbers .dot { width: 9px; height: 9px; margin: -4.5px 0 0 -4.5px; border-radius: 50%; }
.an-table { border-collapse: collapse; font-size: .82rem; line-height: 1.35; margin: .4rem 0;
  font-variant-numeric: tabular-nums; }
.an-table th { font-weight: 400; opacity: .68; text-align: right; vertical-align: bottom; }
.an-table th[scope="row"] { text-align: left; opacity: 1; overflow-wrap: anywhere; min-width: 4.5rem; }
.an-table th, .an-table td { padding: .22rem .4rem .22rem 0; border-bottom: 1px solid rgba(128, 128, 128, .2); }
.an-table td { text-align: right; }
.an-table .why { text-align: left; }
.an-table .bounds { opacity: .68; white-space: nowrap; }
.an-rule { border: 0; border-top: 1px solid rgba(128, 128, 128, .2); margin: .3rem 0; }
.an-plot { width: 100%; }
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none; }
.an-thumb { image-rendering: pixelated; }
[class*="st-key-live-"] { position: absolute; }
body:has(.st-key-view-colour [aria-expanded="true"]) [data-testid="stSelectboxVirtualDropdown"] { min-width: 22rem; }
@media (max-width: 700px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; padding-top: 4rem; }
}
@media (max-width: 640px) {
  .st-key-map-page .stHorizontalBlock:has(> .stColumn) { flex-direction: column; flex-wrap: nowrap; }
  .st-key-map-page .stColumn, .st-key-map-page .stColumn > .stVerticalBlock { display: contents; }
  .st-key-map-page :has(> .st-key-map-found) { order: 1; }
  .st-key-map-page :has(> .st-key-map-controls) { order: 2; }
  .st-key-map-page :has(> .st-key-map-selection) { order: 3; }
}
@container (max-width: 36rem) {
  .an-numbers { gap: .7rem; }
  .an-numbers .row { grid-template-columns: 1fr 4.9rem 6.4rem; row-gap: .1rem; }
  .an-numbers .name { white-space: normal; }
  .an-numbers .interval { text-align: right; }
  .an-numbers .of { display: block; }
  .an-numbers .strip { grid-column: 1 / -1; grid-template-columns: auto 1fr auto; }
  .an-numbers .none { display: none; }
  .an-numbers .tail { display: none; }
  .an-numbers .none + .tail { display: block; grid-column: 3; grid-row: 1; text-align: right; }
  .an-numbers .grey .tail, .an-numbers.full .strip + .tail { display: block; grid-column: 1 / -1; }
}
</style>
"""


def apply() -> None:
    """Add the rules to the page."""
    st.html(RULES)


def theme() -> Theme:
    """Whether the page is light or dark now."""
    return "dark" if st.context.theme.type == "dark" else "light"
