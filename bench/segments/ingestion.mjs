export async function timeIngestion() {}
