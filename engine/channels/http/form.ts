import type { HttpRequest } from '../provider';

/** A POST of form fields, whose answer is to be JSON. `headers`: further ones, such as Authorization. */
export function postForm(url: string, form: URLSearchParams, headers: Record<string, string> = {}): HttpRequest {
	return {
		method: 'POST',
		url,
		headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', Accept: 'application/json' },
		body: form.toString(),
	};
}
