// GraphQL Yoga on Node's own server, with a dataloader for each relation: yoga.mjs PORT
import { createServer } from "node:http";
import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import * as data from "./data.mjs";
import { Query, typeDefs, User } from "./roots.mjs";

const item = ({ thing }, _, { loaders }) => loaders.things.load(thing);

const resolvers = {
  Query,
  User: {
    ...User,
    profile: ({ id }, _, { loaders }) => loaders.profiles.load(id),
    member: ({ id }, _, { loaders }) => loaders.members.load(id),
  },
  Order: {
    user: (order, _, { loaders }) => loaders.usernames.load(order.user_id),
    items: ({ id }, _, { loaders }) => loaders.items.load(id),
    purchases: ({ id }, _, { loaders }) => loaders.purchases.load(id),
  },
  OrderItem: { item },
  Purchase: { item },
  Member: { referrals: ({ id }, { first }, { loaders }) => loaders.referrals(first).load(id) },
  Referral: { referredUser: ({ referredId }, _, { loaders }) => loaders.usernames.load(referredId) },
};

function loadersOfRequest() {
  const bySize = new Map();
  return {
    usernames: new DataLoader(data.usernames),
    profiles: new DataLoader(data.profiles),
    members: new DataLoader(data.members),
    items: new DataLoader(data.items),
    purchases: new DataLoader(data.purchases),
    things: new DataLoader(data.things, { cacheKeyFn: ({ id }) => id }),
    referrals: (first) => {
      if (!bySize.has(first)) bySize.set(first, new DataLoader((ids) => data.referrals(ids, first)));
      return bySize.get(first);
    },
  };
}

await data.connect();
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  graphiql: false,
  logging: false,
  maskedErrors: false,
  context: async ({ request }) => ({
    viewer: await data.viewerOf(request.headers.get("authorization")),
    loaders: loadersOfRequest(),
  }),
});
createServer(yoga).listen(Number(process.argv[2]), "127.0.0.1");
