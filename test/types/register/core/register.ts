declare module '@countersign/core' {
  interface Register {
    claims: { readonly org: string }
  }
}
