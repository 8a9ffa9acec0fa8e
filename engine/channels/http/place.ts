/** Where in a request a value is put; decides how it is escaped. */
export type Place = 'plain' | 'url' | 'form' | 'json' | 'xml' | 'header';

/**
 * Escapes a value for its place, so that it can never end the place it stands in: a parameter, a JSON string, an XML
 * text, a header line.
 */
export function escapeFor(place: Place, value: string): string {
	switch (place) {
		case 'url':
			return encodeURIComponent(wellFormed(value));
		case 'form':
			return new URLSearchParams({ '': value }).toString().slice(1);
		case 'json':
			return JSON.stringify(value).slice(1, -1);
		case 'xml':
			return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
		case 'header':
			// Header lines are bytes: UTF-8, one byte per character as Node wants it, and never a line break.
			return Buffer.from(value.replace(/[\r\n\0]+/g, ' '), 'utf8').toString('latin1');
		case 'plain':
			return value;
	}
}

/** Half a surrogate pair makes encodeURIComponent throw. */
function wellFormed(text: string): string {
	return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
}

/** The place of a raw body's text, by its content type. */
export function placeOf(contentType: string): Place {
	if (/json/i.test(contentType)) return 'json';
	if (/xml/i.test(contentType)) return 'xml';
	if (/x-www-form-urlencoded/i.test(contentType)) return 'form';
	return 'plain';
}
