#include "textflag.h"

// What is here does what its twins in Go do, operation by operation, of eight numbers
// at a time: the results are the same bits.

// EIGHT is a constant, eight times.
#define EIGHT(name, two) \
	DATA name<>+0(SB)/8, two; \
	DATA name<>+8(SB)/8, two; \
	DATA name<>+16(SB)/8, two; \
	DATA name<>+24(SB)/8, two; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

EIGHT(half, $0x3f3504f33f3504f3) // 0.707106781
EIGHT(odd, $0x3ec3ef153ec3ef15) // 0.382683433
EIGHT(low, $0x3f0a8bd43f0a8bd4) // 0.5411961
EIGHT(high, $0x3fa73d753fa73d75) // 1.306562965
EIGHT(redWeight, $0x3e9916873e991687) // 0.299
EIGHT(greenWeight, $0x3f1645a23f1645a2) // 0.587
EIGHT(blueWeight, $0x3de978d53de978d5) // 0.114
EIGHT(middle, $0x4300000043000000) // 128
EIGHT(redOfBlue, $0xbd2cc91abd2cc91a) // -0.042183973
EIGHT(greenOfBlue, $0x3da99b733da99b73) // 0.082816027
EIGHT(most, $0x3e0000003e000000) // 0.125
EIGHT(greenOfRed, $0x3dd65e383dd65e38) // 0.1046718973
EIGHT(blueOfRed, $0x3ca6871f3ca6871f) // 0.02032810275
EIGHT(sign, $0x8000000080000000)
EIGHT(channel, $0x000000ff000000ff)
EIGHT(add, $0x3ee000003ee00000) // 1 - roundedUp

// addFirst is add, but for the first roundedNear.
DATA addFirst<>+0(SB)/8, $0x3ee000003f000000
DATA addFirst<>+8(SB)/8, $0x3ee000003ee00000
DATA addFirst<>+16(SB)/8, $0x3ee000003ee00000
DATA addFirst<>+24(SB)/8, $0x3ee000003ee00000
GLOBL addFirst<>(SB), RODATA|NOPTR, $32

// PASS makes frequencies of Y0 to Y7, of each of their eight places.
#define PASS \
	VADDPS Y7, Y0, Y8; \
	VSUBPS Y7, Y0, Y0; \
	VADDPS Y6, Y1, Y9; \
	VSUBPS Y6, Y1, Y1; \
	VADDPS Y5, Y2, Y10; \
	VSUBPS Y5, Y2, Y2; \
	VADDPS Y4, Y3, Y11; \
	VSUBPS Y4, Y3, Y3; \
	VADDPS Y11, Y8, Y12; \
	VSUBPS Y11, Y8, Y8; \
	VADDPS Y10, Y9, Y13; \
	VSUBPS Y10, Y9, Y9; \
	VADDPS Y8, Y9, Y9; \
	VMULPS half<>(SB), Y9, Y9; \
	VADDPS Y2, Y3, Y3; \
	VADDPS Y1, Y2, Y2; \
	VADDPS Y0, Y1, Y1; \
	VSUBPS Y1, Y3, Y14; \
	VMULPS odd<>(SB), Y14, Y14; \
	VMULPS low<>(SB), Y3, Y3; \
	VADDPS Y14, Y3, Y3; \
	VMULPS high<>(SB), Y1, Y1; \
	VADDPS Y14, Y1, Y1; \
	VMULPS half<>(SB), Y2, Y2; \
	VADDPS Y2, Y0, Y15; \
	VSUBPS Y2, Y0, Y10; \
	VADDPS Y13, Y12, Y0; \
	VSUBPS Y13, Y12, Y4; \
	VADDPS Y9, Y8, Y2; \
	VSUBPS Y9, Y8, Y6; \
	VADDPS Y3, Y10, Y5; \
	VSUBPS Y3, Y10, Y3; \
	VSUBPS Y1, Y15, Y7; \
	VADDPS Y1, Y15, Y1

// TURN makes rows of columns, of the 8x8 numbers in Y0 to Y7.
#define TURN \
	VUNPCKLPS Y1, Y0, Y8; \
	VUNPCKHPS Y1, Y0, Y9; \
	VUNPCKLPS Y3, Y2, Y10; \
	VUNPCKHPS Y3, Y2, Y11; \
	VUNPCKLPS Y5, Y4, Y12; \
	VUNPCKHPS Y5, Y4, Y13; \
	VUNPCKLPS Y7, Y6, Y14; \
	VUNPCKHPS Y7, Y6, Y15; \
	VUNPCKLPD Y10, Y8, Y0; \
	VUNPCKHPD Y10, Y8, Y1; \
	VUNPCKLPD Y11, Y9, Y2; \
	VUNPCKHPD Y11, Y9, Y3; \
	VUNPCKLPD Y14, Y12, Y4; \
	VUNPCKHPD Y14, Y12, Y5; \
	VUNPCKLPD Y15, Y13, Y6; \
	VUNPCKHPD Y15, Y13, Y7; \
	VPERM2F128 $0x20, Y4, Y0, Y8; \
	VPERM2F128 $0x31, Y4, Y0, Y4; \
	VMOVAPS Y8, Y0; \
	VPERM2F128 $0x20, Y5, Y1, Y8; \
	VPERM2F128 $0x31, Y5, Y1, Y5; \
	VMOVAPS Y8, Y1; \
	VPERM2F128 $0x20, Y6, Y2, Y8; \
	VPERM2F128 $0x31, Y6, Y2, Y6; \
	VMOVAPS Y8, Y2; \
	VPERM2F128 $0x20, Y7, Y3, Y8; \
	VPERM2F128 $0x31, Y7, Y3, Y7; \
	VMOVAPS Y8, Y3

// ROUND makes coefficients of the frequencies in f, with what add adds.
#define ROUND(f, at, add) \
	VMULPS at(DX), f, f; \
	VANDPS sign<>(SB), f, Y8; \
	VORPS add<>(SB), Y8, Y8; \
	VADDPS Y8, f, f; \
	VCVTTPS2DQ f, f

// PACK stores two columns of coefficients, and leaves them in a.
#define PACK(a, b, at) \
	VPACKSSDW b, a, a; \
	VPERMQ $0xd8, a, a; \
	VMOVDQU a, at(DI)

// ZEROS has a bit in to for each of the 32 coefficients in a and b that is 0.
#define ZEROS(a, b, to) \
	VPACKSSWB b, a, a; \
	VPERMQ $0xd8, a, a; \
	VPCMPEQB Y15, a, a; \
	VPMOVMSKB a, to

// func quantiseAVX2(c *coefficients, s *samples, factors *[64]float32) (used uint64)
TEXT ·quantiseAVX2(SB), NOSPLIT, $0-32
	MOVQ c+0(FP), DI
	MOVQ s+8(FP), SI
	MOVQ factors+16(FP), DX
	VMOVUPS 0(SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3
	VMOVUPS 128(SI), Y4
	VMOVUPS 160(SI), Y5
	VMOVUPS 192(SI), Y6
	VMOVUPS 224(SI), Y7
	PASS
	TURN
	PASS
	ROUND(Y0, 0, addFirst)
	ROUND(Y1, 32, add)
	ROUND(Y2, 64, add)
	ROUND(Y3, 96, add)
	ROUND(Y4, 128, add)
	ROUND(Y5, 160, add)
	ROUND(Y6, 192, add)
	ROUND(Y7, 224, add)
	PACK(Y0, Y1, 0)
	PACK(Y2, Y3, 32)
	PACK(Y4, Y5, 64)
	PACK(Y6, Y7, 96)
	VPXOR Y15, Y15, Y15
	ZEROS(Y0, Y2, AX)
	ZEROS(Y4, Y6, BX)
	SHLQ $32, BX
	ORQ BX, AX
	NOTQ AX
	MOVQ AX, used+24(FP)
	VZEROUPPER
	RET

// RED, GREEN and BLUE take a channel of eight pixels.
#define RED(pixels, to) \
	VPAND channel<>(SB), pixels, to
#define GREEN(pixels, to) \
	VPSRLD $8, pixels, to; \
	VPAND channel<>(SB), to, to
#define BLUE(pixels, to) \
	VPSRLD $16, pixels, to; \
	VPAND channel<>(SB), to, to

// LUMINANCE stores that of eight pixels, whose channels it adds to what rows above
// have in r, g and b, by add.
#define LUMINANCE(pixels, at, add, r, g, b) \
	RED(pixels, Y8); \
	GREEN(pixels, Y9); \
	BLUE(pixels, Y10); \
	add(Y8, r); \
	add(Y9, g); \
	add(Y10, b); \
	VCVTDQ2PS Y8, Y8; \
	VCVTDQ2PS Y9, Y9; \
	VCVTDQ2PS Y10, Y10; \
	VMULPS redWeight<>(SB), Y8, Y8; \
	VSUBPS middle<>(SB), Y8, Y8; \
	VMULPS greenWeight<>(SB), Y9, Y9; \
	VADDPS Y9, Y8, Y8; \
	VMULPS blueWeight<>(SB), Y10, Y10; \
	VADDPS Y10, Y8, Y8; \
	VMOVUPS Y8, at

#define MOVE(from, to) VMOVDQA from, to
#define ADD(from, to) VPADDD from, to, to

// PAIRS adds numbers that stand beside each other in a and b, and makes floating
// point of them in a.
#define PAIRS(a, b) \
	VPHADDD b, a, a; \
	VPERMQ $0xd8, a, a; \
	VCVTDQ2PS a, a

// func loadAVX2(m *mcu, pix *byte, stride int)
TEXT ·loadAVX2(SB), NOSPLIT, $0-24
	MOVQ m+0(FP), DI // the luminance of a row, in the left block
	MOVQ pix+8(FP), SI
	MOVQ stride+16(FP), DX
	LEAQ 1024(DI), BX // the colours of a row
	MOVQ $8, CX

pair:
	VMOVDQU 0(SI), Y12
	VMOVDQU 32(SI), Y13
	VMOVDQU 0(SI)(DX*1), Y14
	VMOVDQU 32(SI)(DX*1), Y15
	LUMINANCE(Y12, 0(DI), MOVE, Y0, Y1, Y2)
	LUMINANCE(Y13, 256(DI), MOVE, Y3, Y4, Y5)
	LUMINANCE(Y14, 32(DI), ADD, Y0, Y1, Y2)
	LUMINANCE(Y15, 288(DI), ADD, Y3, Y4, Y5)
	PAIRS(Y0, Y3)
	PAIRS(Y1, Y4)
	PAIRS(Y2, Y5)
	VMULPS redOfBlue<>(SB), Y0, Y6
	VMULPS greenOfBlue<>(SB), Y1, Y7
	VSUBPS Y7, Y6, Y6
	VMULPS most<>(SB), Y2, Y7
	VADDPS Y7, Y6, Y6
	VMOVUPS Y6, 0(BX)
	VMULPS most<>(SB), Y0, Y6
	VMULPS greenOfRed<>(SB), Y1, Y7
	VSUBPS Y7, Y6, Y6
	VMULPS blueOfRed<>(SB), Y2, Y7
	VSUBPS Y7, Y6, Y6
	VMOVUPS Y6, 256(BX)
	LEAQ (SI)(DX*2), SI
	ADDQ $64, DI
	ADDQ $32, BX
	CMPQ CX, $5
	JNE next
	ADDQ $256, DI // the lower blocks

next:
	DECQ CX
	JNZ pair
	VZEROUPPER
	RET
