/** A small app with some work to do for each request: the same one runs directly and as a preview. */

const items = Array.from({ length: 200 }, (_, index) => ({ id: index, name: `item ${index}`, price: index * 1.25 }));

export default {
  fetch(request) {
    const limit = Number(new URL(request.url).searchParams.get('limit') ?? 100);
    const shown = items.filter(({ id }) => id % 2 === 0).slice(0, limit);
    return Response.json({ total: shown.reduce((sum, { price }) => sum + price, 0), shown });
  },
};
