export async function save(map, given) {}
