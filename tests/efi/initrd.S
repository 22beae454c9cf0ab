/* initrd.S — 13 bytes, so that the file behind them begins after a gap. */
	.ascii	"thirteen byte"
