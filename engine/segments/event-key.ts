/** The form in which event names are compared: without regard to case and spaces. "Added To Cart" and "addedtocart" are one event. */
export function eventKey(name: string): string {
	return name.normalize('NFC').toLowerCase().replace(/\s+/gu, '');
}
