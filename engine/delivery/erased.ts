/** SQL condition: the person of a message was erased; nothing may be kept of it that says who they were. `alias`: of table message. */
export function isErased(alias: string): string {
	return `((SELECT p.erased_at FROM person p WHERE p.person = ${alias}.person) IS NOT NULL)`;
}
