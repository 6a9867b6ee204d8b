// The schema and the root fields, which Mercurius and Yoga share.
import { readFileSync } from "node:fs";
import * as data from "./data.mjs";

export const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");

export const Query = {
  course: (_, { id }, { viewer }) => data.course(viewer, id),
  courses: (_, { first, where }, { viewer }) => data.courses(viewer, first, where.createdAt.lt),
  catalog: (_, { first, minPrice }, { viewer }) => data.catalog(viewer, first, minPrice),
  orders: (_, { first, where }, { viewer }) => {
    if (!viewer.isAdmin) throw new Error("Only administrators may see this.");
    return data.orders(first, where.createdAt.lt);
  },
  me: (_, __, { viewer }) => data.user(viewer.id),
};

export const User = {
  orders: ({ id }, { first }) => data.ordersOf(id, first),
  purchases: ({ id }, { first }) => data.purchasesOf(id, first),
};
