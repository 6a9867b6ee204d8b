// Makes TypeScript of a schema and of operations, as graphql-codegen does for a client: codegen.mjs SCHEMA DOCUMENTS FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildASTSchema, parse } from "graphql";

const [schemaFile, documentsFile, folder] = process.argv.slice(2);
const schema = parse(readFileSync(schemaFile, "utf8"));
const document = parse(readFileSync(documentsFile, "utf8"));
const scalars = { DateTime: "string", Decimal: "string", Currency: "string", JSON: "unknown" };

for (const [name, plugin] of Object.entries({ schema: typescript, operations })) {
  const output = await codegen({
    filename: `${name}.ts`,
    schema,
    schemaAst: buildASTSchema(schema),
    documents: [{ location: documentsFile, document }],
    config: { strictScalars: true, scalars },
    plugins: [{ [name]: {} }],
    pluginMap: { [name]: plugin },
  });
  writeFileSync(join(folder, `${name}.ts`), output);
}
