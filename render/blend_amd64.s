#include "go_asm.h"
#include "textflag.h"

// WORDS is a constant of 16 bits, sixteen times.
#define WORDS(name, four) \
	DATA name<>+0(SB)/8, four; \
	DATA name<>+8(SB)/8, four; \
	DATA name<>+16(SB)/8, four; \
	DATA name<>+24(SB)/8, four; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

WORDS(whole, $0x00ff00ff00ff00ff)
WORDS(half, $0x007f007f007f007f)
WORDS(one, $0x0001000100010001)

// spread repeats the lowest byte of each 32 bits.
DATA spread<>+0(SB)/8, $0x0404040400000000
DATA spread<>+8(SB)/8, $0x0c0c0c0c08080808
DATA spread<>+16(SB)/8, $0x0404040400000000
DATA spread<>+24(SB)/8, $0x0c0c0c0c08080808
GLOBL spread<>(SB), RODATA|NOPTR, $32

// alphas repeats the highest byte of each 32 bits.
DATA alphas<>+0(SB)/8, $0x0707070703030303
DATA alphas<>+8(SB)/8, $0x0f0f0f0f0b0b0b0b
DATA alphas<>+16(SB)/8, $0x0707070703030303
DATA alphas<>+24(SB)/8, $0x0f0f0f0f0b0b0b0b
GLOBL alphas<>(SB), RODATA|NOPTR, $32

// MIX makes colour * mask + pixels * (255 - mask), rounded and divided by 255, of 16
// channels: of mask, with pixels, which is lost.
#define MIX(mask, pixels) \
	VPSUBW mask, Y9, Y13; \
	VPMULLW pixels, Y13, pixels; \
	VPMULLW mask, Y7, mask; \
	VPADDW pixels, mask, mask; \
	VPADDW Y10, mask, mask; \
	VPSRLW $8, mask, Y13; \
	VPADDW Y13, mask, mask; \
	VPADDW Y11, mask, mask; \
	VPSRLW $8, mask, mask

// func blendAVX2(o *opaqueBlend)
TEXT ·blendAVX2(SB), NOSPLIT, $0-8
	MOVQ o+0(FP), AX
	MOVQ opaqueBlend_pix(AX), DI
	MOVQ opaqueBlend_mask(AX), SI
	MOVQ opaqueBlend_stride(AX), R8
	MOVQ opaqueBlend_maskStride(AX), R9
	MOVQ opaqueBlend_eights(AX), R10
	MOVQ opaqueBlend_rows(AX), R11
	VPBROADCASTQ opaqueBlend_colour(AX), Y7
	VMOVDQU spread<>(SB), Y8
	VMOVDQU whole<>(SB), Y9
	VMOVDQU half<>(SB), Y10
	VMOVDQU one<>(SB), Y11
	VPXOR Y12, Y12, Y12

row:
	MOVQ DI, BX
	MOVQ SI, DX
	MOVQ R10, CX

eight:
	MOVQ (DX), AX
	TESTQ AX, AX
	JZ next
	VPMOVZXBD (DX), Y0
	VPSHUFB Y8, Y0, Y0
	VMOVDQU (BX), Y1
	VPUNPCKLBW Y12, Y0, Y2
	VPUNPCKHBW Y12, Y0, Y3
	VPUNPCKLBW Y12, Y1, Y4
	VPUNPCKHBW Y12, Y1, Y5
	MIX(Y2, Y4)
	MIX(Y3, Y5)
	VPACKUSWB Y3, Y2, Y2
	VMOVDQU Y2, (BX)

next:
	ADDQ $8, DX
	ADDQ $32, BX
	DECQ CX
	JNZ eight
	ADDQ R8, DI
	ADDQ R9, SI
	DECQ R11
	JNZ row
	VZEROUPPER
	RET

// REST makes pixels * (255 - alpha), rounded and divided by 255, of 16 channels: of
// alpha, with pixels, which is lost.
#define REST(alpha, pixels) \
	VPSUBW alpha, Y9, alpha; \
	VPMULLW pixels, alpha, alpha; \
	VPADDW Y10, alpha, alpha; \
	VPSRLW $8, alpha, pixels; \
	VPADDW pixels, alpha, alpha; \
	VPADDW Y11, alpha, alpha; \
	VPSRLW $8, alpha, alpha

// func layAVX2(l *opaqueLay)
TEXT ·layAVX2(SB), NOSPLIT, $0-8
	MOVQ l+0(FP), AX
	MOVQ opaqueLay_pix(AX), DI
	MOVQ opaqueLay_over(AX), SI
	MOVQ opaqueLay_stride(AX), R8
	MOVQ opaqueLay_overStride(AX), R9
	MOVQ opaqueLay_eights(AX), R10
	MOVQ opaqueLay_rows(AX), R11
	VMOVDQU alphas<>(SB), Y8
	VMOVDQU whole<>(SB), Y9
	VMOVDQU half<>(SB), Y10
	VMOVDQU one<>(SB), Y11
	VPXOR Y12, Y12, Y12

row:
	MOVQ DI, BX
	MOVQ SI, DX
	MOVQ R10, CX

eight:
	VMOVDQU (DX), Y0
	VPTEST Y0, Y0 // nothing: pixels are premultiplied
	JZ next
	VMOVDQU (BX), Y1
	VPSHUFB Y8, Y0, Y2
	VPUNPCKHBW Y12, Y2, Y3
	VPUNPCKLBW Y12, Y2, Y2
	VPUNPCKHBW Y12, Y1, Y4
	VPUNPCKLBW Y12, Y1, Y1
	REST(Y2, Y1)
	REST(Y3, Y4)
	VPACKUSWB Y3, Y2, Y2
	VPADDB Y0, Y2, Y2
	VMOVDQU Y2, (BX)

next:
	ADDQ $32, DX
	ADDQ $32, BX
	DECQ CX
	JNZ eight
	ADDQ R8, DI
	ADDQ R9, SI
	DECQ R11
	JNZ row
	VZEROUPPER
	RET
