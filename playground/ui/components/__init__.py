"""Canvas components of the page: `gr.HTML` subclasses whose JavaScript and CSS live in `assets/`."""
