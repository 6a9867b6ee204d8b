// The statements of the Node contestants: batched by key, prepared, and with no more columns than the operations show.
import { createHash } from "node:crypto";
import { Decimal128, MongoClient, UUID } from "mongodb";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, options: "-c jit=off -c timezone=UTC" });
const client = new MongoClient(process.env.MONGO_URI, { maxPoolSize: 20 });
const db = client.db(process.env.MONGO_DB);
const BATCH = { batchSize: 10_000 };
const NEWEST_FIRST = { createdAt: -1, _id: -1 };
const CURRENCY = "INR";
const COLLECTIONS = { PRODUCT: "products", TYPING_TEST: "typing_tests" };
const TYPES = { COURSE: "Course", PRODUCT: "Product", TYPING_TEST: "TypingTest" };

export const connect = () => client.connect();

const globalId = (type, id) => Buffer.from(`${type}:${id}`).toString("base64");
const money = (amount, currency) => ({ amount: amount.toString(), currency });

// A statement is prepared on a connection when that first sees its name.
async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

// Rows in the order of keys: one each, or a list each.
export const one = (keys, found, key) => {
  const byKey = new Map(found.map((row) => [row[key], row]));
  return keys.map((each) => byKey.get(each) ?? null);
};
const many = (keys, found, key) => {
  const byKey = new Map(keys.map((each) => [each, []]));
  for (const row of found) byKey.get(row[key]).push(row);
  return keys.map((each) => byKey.get(each));
};

export async function viewerOf(authorization) {
  const hash = createHash("sha256").update(authorization.slice("Bearer ".length)).digest();
  const [viewer] = await rows(
    "viewer",
    `SELECT u.id, u.role FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now()
     AND u.disabled_at IS NULL AND u.erased_at IS NULL`,
    [hash],
  );
  if (!viewer) throw new Error("Sign in.");
  return { id: viewer.id, isAdmin: viewer.role === "ADMIN" };
}

const published = (viewer) => (viewer.isAdmin ? "" : "AND is_published");
const named = (name, viewer) => (viewer.isAdmin ? `${name}_all` : name);
const COURSE = "id, title, slug, level, duration, price, currency";
const asCourse = (row) => ({ ...row, id: globalId("Course", row.id), price: money(row.price, row.currency) });

export async function course(viewer, id) {
  const key = Buffer.from(id, "base64").toString().split(":")[1];
  const text = `SELECT ${COURSE} FROM courses WHERE id = $1 ${published(viewer)}`;
  const [row] = await rows(named("course", viewer), text, [key]);
  return row ? asCourse(row) : null;
}

export async function courses(viewer, first, before) {
  const text = `SELECT ${COURSE} FROM courses WHERE created_at < $1 ${published(viewer)}
    ORDER BY created_at DESC, id DESC LIMIT $2`;
  const found = await rows(named("courses", viewer), text, [before, first + 1]);
  return { nodes: found.slice(0, first).map(asCourse), pageInfo: { hasNextPage: found.length > first } };
}

const asOrder = (row) => ({ ...row, amount: money(row.amount, row.currency) });

export async function orders(first, before) {
  const text = `SELECT id, user_id, number, status, amount, currency FROM orders WHERE created_at < $1
    ORDER BY created_at DESC, id DESC LIMIT $2`;
  const found = await rows("orders", text, [before, first + 1]);
  const edges = found.slice(0, first).map((row) => ({ node: asOrder(row) }));
  return { edges, pageInfo: { hasNextPage: found.length > first } };
}

export async function ordersOf(userId, first) {
  const text = `SELECT number, status, created_at AS "createdAt", amount, currency FROM orders WHERE user_id = $1
    ORDER BY created_at DESC, id DESC LIMIT $2`;
  const found = await rows("orders_of", text, [userId, first]);
  return { nodes: found.map((row) => ({ ...asOrder(row), createdAt: row.createdAt.toISOString() })) };
}

export async function purchasesOf(userId, first) {
  const projection = { _id: 0, productName: 1, purchasedAt: 1, amount: 1, currency: 1 };
  const found = db.collection("purchases").find({ userId: new UUID(userId) }, { projection });
  const nodes = (await found.sort(NEWEST_FIRST).limit(first).toArray()).map((row) => ({
    productName: row.productName,
    purchasedAt: row.purchasedAt.toISOString(),
    amount: money(row.amount, row.currency),
  }));
  return { nodes };
}

export async function catalog(viewer, first, minPrice) {
  const [table, documents] = await Promise.all([
    rows(
      named("catalog", viewer),
      `SELECT id, title, price, currency, slug, 'COURSE' AS kind FROM courses WHERE currency = $1 AND price >= $2
       ${published(viewer)} ORDER BY price, id LIMIT $3`,
      [CURRENCY, minPrice, first + 1],
    ),
    fromCollections(viewer, first + 1, minPrice),
  ]);
  const found = [...table, ...documents].map((row) => ({
    ...row,
    __typename: TYPES[row.kind],
    key: (row.id ?? row._id).toString(),
    cents: Math.round(Number(row.price) * 100),
  }));
  found.sort((a, b) => a.cents - b.cents || (a.key < b.key ? -1 : 1));
  const nodes = found.slice(0, first).map((row) => ({
    ...row,
    id: globalId(row.__typename, row.key),
    price: money(row.price, row.currency),
  }));
  return { nodes, pageInfo: { hasNextPage: found.length > first } };
}

function fromCollections(viewer, limit, minPrice) {
  const match = { currency: CURRENCY, price: { $gte: Decimal128.fromString(minPrice) } };
  if (!viewer.isAdmin) match.isPublished = true;
  const sort = { price: 1, _id: 1 };
  const branch = (kind) => [
    { $match: match },
    { $sort: sort },
    { $limit: limit },
    { $project: { title: 1, price: 1, currency: 1, author: 1, kind: { $literal: kind } } },
  ];
  const tests = { $unionWith: { coll: COLLECTIONS.TYPING_TEST, pipeline: branch("TYPING_TEST") } };
  const pipeline = [...branch("PRODUCT"), tests, { $sort: sort }, { $limit: limit }];
  return db.collection(COLLECTIONS.PRODUCT).aggregate(pipeline, BATCH).toArray();
}

export const usernames = async (ids) =>
  one(ids, await rows("usernames", "SELECT id, username FROM users WHERE id = ANY($1::uuid[])", [ids]), "id");

export async function user(id) {
  return (await rows("user", "SELECT id, username, email FROM users WHERE id = $1", [id]))[0];
}

export async function profiles(ids) {
  const text = `SELECT user_id, first_name AS "firstName", last_name AS "lastName", bio FROM user_profiles
    WHERE user_id = ANY($1::uuid[])`;
  return one(ids, await rows("profiles", text, [ids]), "user_id");
}

export async function members(ids) {
  const projection = { credits: 1, referralCode: 1 };
  const where = { _id: { $in: ids.map((id) => new UUID(id)) } };
  const found = await db.collection("members").find(where, { projection, ...BATCH }).toArray();
  return one(ids, found.map((row) => ({ ...row, id: row._id.toString() })), "id");
}

export async function referrals(ids, first) {
  const pipeline = [
    { $documents: ids.map((id) => ({ parent: { $literal: new UUID(id) } })) },
    {
      $lookup: {
        from: "referrals",
        localField: "parent",
        foreignField: "referrerId",
        as: "rows",
        pipeline: [{ $sort: NEWEST_FIRST }, { $limit: first }, { $project: { _id: 0, status: 1, referredUserId: 1 } }],
      },
    },
  ];
  const found = await db.aggregate(pipeline, BATCH).toArray();
  const edges = found.map(({ parent, rows: each }) => ({
    id: parent.toString(),
    edges: each.map((row) => ({ node: { status: row.status, referredId: row.referredUserId.toString() } })),
  }));
  return one(ids, edges, "id");
}

export async function items(orderIds) {
  const text = `SELECT order_id, kind, item_id, price, currency FROM order_items WHERE order_id = ANY($1::uuid[])
    ORDER BY order_id, position`;
  const found = (await rows("items", text, [orderIds])).map((row) => ({
    order_id: row.order_id,
    thing: { kind: row.kind, id: row.item_id },
    price: money(row.price, row.currency),
  }));
  return many(orderIds, found, "order_id");
}

export async function purchases(orderIds) {
  const projection = { _id: 0, orderId: 1, amount: 1, currency: 1, creditsUsed: 1, kind: 1, itemId: 1 };
  const where = { orderId: { $in: orderIds.map((id) => new UUID(id)) } };
  const cursor = db.collection("purchases").find(where, { projection, ...BATCH }).sort({ orderId: 1, _id: 1 });
  const found = (await cursor.toArray()).map((row) => ({
    orderId: row.orderId.toString(),
    thing: { kind: row.kind, id: row.itemId.toString() },
    amount: money(row.amount, row.currency),
    creditsUsed: row.creditsUsed,
  }));
  return many(orderIds, found, "orderId");
}

// What was bought, of all kinds: at most one statement for each kind.
export async function things(wanted) {
  const ids = { COURSE: new Set(), PRODUCT: new Set(), TYPING_TEST: new Set() };
  for (const { kind, id } of wanted) ids[kind].add(id);
  const found = new Map();
  const fill = async (kind, promise) => {
    for (const row of await promise) {
      found.set((row.id ?? row._id).toString(), { __typename: TYPES[kind], title: row.title, slug: row.slug });
    }
  };
  const documents = (kind) =>
    db
      .collection(COLLECTIONS[kind])
      .find({ _id: { $in: [...ids[kind]].map((id) => new UUID(id)) } }, { projection: { title: 1 }, ...BATCH })
      .toArray();
  const titles = () =>
    rows("titles", "SELECT id, title, slug FROM courses WHERE id = ANY($1::uuid[])", [[...ids.COURSE]]);
  await Promise.all(
    Object.keys(ids)
      .filter((kind) => ids[kind].size)
      .map((kind) => fill(kind, kind === "COURSE" ? titles() : documents(kind))),
  );
  return wanted.map(({ id }) => found.get(id) ?? null);
}
