// Mercurius on Fastify, with its JIT and its loaders: mercurius.mjs PORT
import Fastify from "fastify";
import mercurius from "mercurius";
import * as data from "./data.mjs";
import { Query, typeDefs, User } from "./roots.mjs";

const ids = (queries, key) => queries.map(({ obj }) => obj[key]);
const uncached = (loader) => ({ loader, opts: { cache: false } });
const item = uncached((queries) => data.things(ids(queries, "thing")));

const loaders = {
  Order: {
    user: uncached((queries) => data.usernames(ids(queries, "user_id"))),
    items: uncached((queries) => data.items(ids(queries, "id"))),
    purchases: uncached((queries) => data.purchases(ids(queries, "id"))),
  },
  OrderItem: { item },
  Purchase: { item },
  User: {
    profile: uncached((queries) => data.profiles(ids(queries, "id"))),
    member: uncached((queries) => data.members(ids(queries, "id"))),
  },
  Member: {
    referrals: uncached((queries) => data.referrals(ids(queries, "id"), queries[0].params.first)),
  },
  Referral: {
    referredUser: uncached((queries) => data.usernames(ids(queries, "referredId"))),
  },
};

await data.connect();
const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: { Query, User },
  loaders,
  jit: 1,
  context: async (request) => ({ viewer: await data.viewerOf(request.headers.authorization) }),
});
await app.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
