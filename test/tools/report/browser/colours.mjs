/* global document, getComputedStyle */
// The colours of the style sheet, for what is drawn on canvases.

const known = new Map();

/** The value of the custom property `--name`. */
export function colour(name) {
	if (!known.has(name)) {
		known.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
	}
	return known.get(name);
}

/** To be called when the colour scheme changes. */
export function forgetColours() {
	known.clear();
}
