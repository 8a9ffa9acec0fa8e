/** Where the operator describes the request in fields. */
export const FROM_FIELDS = { show: { setUpFrom: ['fields'] } };

/** Methods whose requests have a body. */
export const WITH_BODY = ['POST', 'PUT', 'PATCH'];
