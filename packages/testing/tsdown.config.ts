import { esmLibrary } from "../../tsdown.config.ts";

export default esmLibrary("src/index.ts");
