export default function ({ data }) {
  const value = encodeURIComponent(data.value)
  document.cookie = `${data.name}=${value}; path=/; max-age=31536000; samesite=strict`
}
