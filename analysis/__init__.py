"""Everything that is a number, a table or a figure: values, store, pipeline, plug-ins."""
