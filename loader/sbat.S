/* SBAT: shim's revocation metadata, one line a component: name, generation, vendor, package, version, URL. */
	.section .sbat, "", @progbits
	.ascii "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii "hobnail,1,The Hobnail authors,hobnail,0.1.0,https://example.org/hobnail\n"
