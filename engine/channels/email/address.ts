import { domainToASCII } from 'node:url';

export type EmailAddress = { ok: true; address: string } | { ok: false; why: string };

/** RFC 5321 4.5.3.1. */
const LONGEST_LOCAL = 64;
const LONGEST_ADDRESS = 254;

/** A dot-atom of RFC 5322. Quoted local parts and such beyond ASCII are legal and hardly ever deliverable. */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * An address as mail servers take it: the domain in lower case and ASCII, the local part as it is, since its case may
 * matter to the other side. Two spellings of one mailbox give the same text.
 */
export function toEmailAddress(typed: unknown): EmailAddress {
	const text = String(typed ?? '').trim();
	const at = text.lastIndexOf('@');
	const local = text.slice(0, Math.max(at, 0));
	// domainToASCII undoes percent-encoding and takes what stands before a slash: a domain has neither.
	const typedDomain = text.slice(at + 1);
	const domain = /[\s%/\\?#:@[\]]/.test(typedDomain) ? '' : domainToASCII(typedDomain);
	const labels = domain.split('.');
	const valid =
		LOCAL.test(local) && local.length <= LONGEST_LOCAL && local.length + domain.length < LONGEST_ADDRESS &&
		labels.length > 1 && labels.every((label) => LABEL.test(label)) && /[a-z]/.test(labels.at(-1) ?? '');
	return valid ? { ok: true, address: `${local}@${domain}` } : { ok: false, why: `"${shown(text)}" is not an email address` };
}

function shown(text: string): string {
	return text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text;
}
