// Reads QR codes with the system's zxing-cpp: pictures on stdin, one line of JSON for each on stdout (see helper-process.ts).
#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>
#include <ZXing/ZXVersion.h>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

using namespace ZXing;

static double cpuMs() {
	timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static std::string quoted(const std::string& text) {
	std::string out = "\"";
	char escape[8];
	for (unsigned char c : text) {
		if (c == '"' || c == '\\') (out += '\\') += c;
		else if (c < 0x20) { snprintf(escape, sizeof escape, "\\u%04x", c); out += escape; }
		else out += c;
	}
	return out + '"';
}

int main() {
	// The same pass as the daemon's plain one, as far as the version at hand knows it.
#if ZXING_VERSION_MAJOR * 100 + ZXING_VERSION_MINOR >= 202
	ReaderOptions options;
	options.setFormats(BarcodeFormat::QRCode).setTryInvert(true);
#else
	DecodeHints options;
	options.setFormats(BarcodeFormat::QRCode);
#endif
	options.setTryHarder(true).setTryRotate(false).setTryDownscale(true).setBinarizer(Binarizer::LocalAverage);
	printf("{\"version\":\"%d.%d.%d\"}\n", ZXING_VERSION_MAJOR, ZXING_VERSION_MINOR, ZXING_VERSION_PATCH);
	fflush(stdout);
	std::vector<uint8_t> luma;
	uint32_t size[2];
	while (fread(size, sizeof size, 1, stdin) == 1) {
		luma.resize(size_t(size[0]) * size[1]);
		if (fread(luma.data(), 1, luma.size(), stdin) != luma.size()) return 1;
		const double started = cpuMs();
		const auto results = ReadBarcodes({luma.data(), int(size[0]), int(size[1]), ImageFormat::Lum}, options);
		const double took = cpuMs() - started;
		std::string texts;
		for (const auto& result : results)
			if (result.isValid()) texts += (texts.empty() ? "" : ",") + quoted(result.text());
		printf("{\"cpuMs\":%.4f,\"texts\":[%s]}\n", took, texts.c_str());
		fflush(stdout);
	}
	return 0;
}
