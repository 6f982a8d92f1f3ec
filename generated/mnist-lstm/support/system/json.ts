/** What JSON can say, numbers bit for bit but for -0. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
