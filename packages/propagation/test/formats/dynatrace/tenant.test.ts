import { expect, test } from "vitest";
import { tenantIdOf } from "../../../src/formats/dynatrace/tenant.ts";

test.each([
  ["jmw13303", 1292943070],
  ["elo29571", -136051656],
  ["tenant", 1238414539],
])("the tenant %s is %i", (tenant, id) => expect(tenantIdOf(tenant)).toBe(id));

test("what is not ASCII counts as a question mark, one for each character", () => {
  expect(tenantIdOf("té😀")).toBe(tenantIdOf("t??"));
});
