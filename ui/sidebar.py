"""What stands beside every page: the study, how to change it, the pages, and how many jobs are at work."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from analysis.jobs import Job
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.study_file import dump_study
from models.errors import BadInput, Failed
from ui import change_dialog, live, open_dialog, opened, state, words, work


def draw(pages: dict[str, list[StreamlitPage]]) -> None:
    """Draw the sidebar."""
    session = state.session()
    st.html(f'<p class="an-title">{words.escaped(session.study.name)}</p>')
    words.quiet(about(opened.pipeline()))
    with st.container(horizontal=True, gap="small"):
        if st.button("Open", key="study.open", help="Another study, or a file of your own"):
            open_dialog.show()
        if st.button("Change", key="study.change", help="Neighbours, metric, seed, sample, checkpoints"):
            change_dialog.show()
        st.download_button(
            "Save",
            data=lambda: dump_study(session.study),
            file_name=f"{file_name(session.study.name)}.toml",
            mime="application/toml",
            on_click="ignore",
            key="study.save",
            help="Download this study as a file",
        )
    for group, members in pages.items():
        if group == "Work":
            found = [job for job in work.visible_jobs() if job.active]
            live.draw(_jobs_link, members[0], work.pulse(found), every=3 if found else None, key="jobs")
            for page in members[1:]:
                st.page_link(page)
            _report(opened.pipeline())
            continue
        if members:
            st.html(f'<p class="an-sub">{group}</p>')
        for page in members:
            st.page_link(page)


def about(pipeline: Pipeline) -> str:
    """A line on what the study holds."""
    parts = []
    try:
        dataset = pipeline.find_dataset()
        if dataset is not None:
            parts.append(words.counted(len(dataset), "sample"))
        parts.append(words.counted(len(pipeline.spaces()), "space"))
    except (BadInput, Failed, OSError):  # the page itself says which; the line must not take it down
        parts.append("it cannot be used as it is")
    study = pipeline.study
    return " · ".join([*parts, f"k = {study.k}, {study.metric}"])


def _report(pipeline: Pipeline) -> None:
    """The report of all that is there, made when it is asked for."""

    def page() -> bytes:
        from analysis.plan import wanted
        from analysis.report import report_html

        return report_html(pipeline, [ask for ask in wanted(pipeline) if pipeline.find(ask) is not None]).encode()

    st.download_button(
        "Report",
        data=page,
        file_name=f"{file_name('report', pipeline.study.name)}.html",
        mime="text/html",
        on_click="ignore",
        key="study.report",
        type="tertiary",
        icon=":material/download:",
        help="Download all that is computed as one page that works offline: figures, tables, methods, manifest",
    )


def _jobs_link(page: StreamlitPage, before: Sequence[tuple[str, str, str]]) -> None:
    found: list[Job] = [job for job in work.visible_jobs() if job.active]
    if work.pulse(found) != before:
        st.rerun()  # something was finished that the page can show
    st.html('<p class="an-sub">Work</p>')
    st.page_link(page, label=f"Jobs · {len(found)} at work" if found else "Jobs")
