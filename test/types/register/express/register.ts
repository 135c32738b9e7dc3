declare module '@countersign/express' {
  interface Register {
    claims: { readonly org: string }
  }
}
